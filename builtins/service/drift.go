package service

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/proxy/haproxy"
	"github.com/deployrecipe/recipe/builtins/record"
	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// left is what the last apply that touched a service left of it, by the record: the release, and the arguments.
type left struct {
	entry   state.Entry
	release string
	spec    *container.Spec
	raw     json.RawMessage
}

// lastLeft finds it; ok is false where no record tells.
func (p *planner) lastLeft(b *base) (l left, ok bool) {
	for _, entry := range slices.Backward(p.in.Recorded.History) {
		if release := entry.Releases[b.r.Addr.String()]; release != "" {
			l.entry, l.release = entry, release
			break
		}
	}
	if l.raw, ok = p.in.Applied(b.r.Addr); !ok || l.release == "" {
		return l, false
	}
	spec, err := container.Parse(l.raw)
	l.spec = spec
	return l, err == nil
}

// drift tells what others did to the containers that the last apply left. Those that run of a release which it did not
// leave are of an apply that was broken off, and no drift.
func (p *planner) drift(b *base) []plan.Drift {
	l, ok := p.lastLeft(b)
	if !ok || p.in.Mode != kind.Apply {
		return nil
	}
	var drift []plan.Drift
	pieces := b.stock.of(l.release)
	then := "a new release takes its place"
	if l.release == b.release {
		then = "it is started again"
	}
	for i := 1; i <= l.spec.Replicas() && l.entry.Result != record.RolledBack; i++ {
		at := slices.IndexFunc(pieces, func(piece piece) bool { return piece.index == i })
		d := plan.Drift{Addr: b.r.Addr, Then: then}
		switch {
		case i > b.spec.Replicas():
			d.Then = "fewer are wanted"
		case at < 0 && l.release == b.release:
			d.Then = "it is made anew"
		}
		if at < 0 {
			name := container.Name(p.in.Desired.Recipe.Name, p.in.Desired.Recipe.Moved.Named(b.r.Addr), l.release, i)
			d.Object, d.What = name, "was removed"
		} else if !pieces[at].running() {
			d.Object, d.What = pieces[at].name(), ended(pieces[at])
		} else {
			continue
		}
		drift = append(drift, d)
	}
	for _, piece := range pieces {
		if piece.running() {
			drift = append(drift, p.strayed(b, piece, l.spec, l.release == b.release)...)
		}
		if piece.running() && piece.Container.Restart != "" {
			drift = append(drift, p.changedInPlace(b, piece, l.spec.InPlace())...)
		}
	}
	return drift
}

// ended says how a container that should run came to its end.
func ended(piece piece) string {
	switch piece.State {
	case engine.Paused:
		return "was paused"
	case engine.Created:
		return "was made anew and not started"
	}
	if piece.OOMKilled {
		return "ran out of memory and was killed"
	}
	return fmt.Sprintf("was stopped or killed, exit code %d", piece.ExitCode)
}

// changedInPlace compares what the engine shows with what was applied. A limit where none was applied counts unless the
// container was made with it or the last apply had to leave it: engines cannot lift one in place.
func (p *planner) changedInPlace(b *base, piece piece, applied container.InPlace) []plan.Drift {
	var drift []plan.Drift
	want, have := b.spec.InPlace(), piece.Container.Limits
	expected := lower(p.leftWith(piece), applied.Limits)
	lifted := lower(have, want.Limits)
	add := func(path string, applied, expected, now, becomes any) {
		if expected != now {
			drift = append(drift, plan.Drift{Addr: b.r.Addr, Object: piece.name(), Path: path,
				Applied: raw(applied), Now: raw(now), Becomes: raw(becomes)})
		}
	}
	add("limits.memory", applied.Limits.Memory, expected.Memory, have.Memory, lifted.Memory)
	add("limits.cpus", applied.Limits.CPUs, expected.CPUs, have.CPUs, lifted.CPUs)
	add("limits.pids", applied.Limits.PIDs, expected.PIDs, have.PIDs, lifted.PIDs)
	add("restart", applied.Restart, applied.Restart, piece.Container.Restart, want.Restart)
	return drift
}

// raw is a value as drift tells it: nothing where a limit is not set.
func raw(v any) json.RawMessage {
	if v == int64(0) || v == float64(0) {
		return nil
	}
	return plan.Raw(v)
}

// leftWith are the limits with which the last apply left a container though the recipe did not set them.
func (p *planner) leftWith(piece piece) (limits engine.Limits) {
	if raw, ok := p.in.Recorded.Left[piece.name()]; ok && json.Unmarshal(raw, &limits) == nil {
		return limits
	}
	if made, err := container.Parse(piece.Object.Spec); err == nil && piece.Object.Spec != nil {
		return made.InPlace().Limits
	}
	return limits
}

// driftFields are the arguments among the drift that the plan puts back, each once.
func driftFields(drift []plan.Drift) []plan.Field {
	var fields []plan.Field
	for _, d := range drift {
		has := slices.ContainsFunc(fields, func(f plan.Field) bool { return f.Path == d.Path })
		if d.Path != "" && !has && !bytes.Equal(d.Now, d.Becomes) {
			cause := plan.Cause{Why: d.Path + " was changed outside of recipe", Drift: true}
			fields = append(fields, plan.Field{Path: d.Path, Before: d.Now, After: d.Becomes, Drift: true, Applied: d.Applied, Cause: cause})
		}
	}
	return fields
}

// blame says in few words what of the drift makes a service change.
func blame(b *base, drift []plan.Drift) plan.Cause {
	what, _, _ := strings.Cut(drift[0].What, ",")
	why := drift[0].Object + " " + what
	if drift[0].Path != "" {
		why = drift[0].Path + " of " + drift[0].Object + " was changed"
	}
	why += " outside of recipe"
	if n := len(drift) - 1; n > 0 {
		why += fmt.Sprintf(", and %d more", n)
	}
	c := plan.At(why, b.r.Range)
	c.Drift = true
	return c
}

// edited are the files of the edge that are not as recipe writes what they say: what else stands in them would be lost
// without a word when they are written next.
func (p *planner) edited() []plan.Drift {
	var drift []plan.Drift
	for _, text := range haproxy.Edited(p.facts.Edge.Files, p.site.Recipe) {
		drift = append(drift, plan.Drift{Addr: edgeAddr, Object: text.Name, What: "was edited, or written by another version of recipe",
			Then: "it becomes as recipe writes it", Text: &plan.Text{Name: text.Name, Before: string(text.Is), After: string(text.Written)}})
	}
	return drift
}

// undone explains why a service differs although its arguments are those of the last apply: that one did not settle it,
// or a rollback came after it.
func (p *planner) undone(b *base, fields []plan.Field) (why string, ok bool) {
	l, ok := p.lastLeft(b)
	if !ok || p.in.Mode != kind.Apply {
		return "", false
	}
	for _, f := range plan.Fields(l.raw, b.r.Spec, nil) {
		if slices.ContainsFunc(fields, func(g plan.Field) bool { return g.Path == f.Path }) {
			return "", false // the recipe changed, too
		}
	}
	switch l.entry.Result {
	case record.RolledBack:
		return "it was rolled back at " + event.MomentOf(l.entry.Time) + " by " + l.entry.By + "; this goes forward again", true
	case record.Failed, record.Reverted:
		return "the apply of " + event.MomentOf(l.entry.Time) + map[string]string{record.Failed: " failed", record.Reverted: " failed and was taken back"}[l.entry.Result], true
	}
	return "", false
}
