package image

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/image/buildcontext"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// compare tells what differs between the newest image of a block and the one to build.
func (d *differ) compare(r *state.Resource, s spec, c Content, old []state.Object) plan.Change {
	change := plan.Change{Addr: r.Addr, Action: plan.Create, Summary: c.Ref}
	if drift, ok := d.lost(r, c); ok {
		change.Cause = plan.At(drift.Object+" "+drift.What+" outside of recipe", r.Range)
		change.Cause.Drift = true
		d.result.Drift = append(d.result.Drift, drift)
		return change
	}
	if len(old) == 0 {
		change.Texts = append(change.Texts, plan.Text{Name: "Dockerfile", After: c.File.Text})
		change.Cause = cause(r, "", r.Addr.String()+" is not built yet")
		return change
	}
	change.Action = plan.Replace
	image, _ := imageOf(old[0])
	var why []string
	first := ""
	note := func(path, text string) {
		if first == "" {
			first = path
		}
		why = append(why, text)
	}
	if text, known := image.Labels[LabelDockerfile]; known && text != c.File.Text {
		note(changedStep(old[0].Spec, s), "instructions changed")
		change.Texts = append(change.Texts, plan.Text{Name: "Dockerfile", Before: text, After: c.File.Text})
	}
	for _, f := range d.fields(r, s, c, old[0]) {
		note(f.Path, f.Path+" changed")
		change.Fields = append(change.Fields, f)
	}
	if recorded, known := d.recorded(r); known {
		if changes := buildcontext.Compare(recorded, c.Manifest); !changes.IsEmpty() {
			note("context", summary(changes))
			change.Texts = append(change.Texts, listing(changes, recorded, c.Manifest))
		}
	}
	if len(why) == 0 {
		note("context", "files changed")
	}
	change.Summary += was(c.Ref, old[0].Name)
	change.Cause = cause(r, first, strings.Join(why, ", "))
	return change
}

// was tells which image a new one follows, by its tag where the rest of the name is the same.
func was(ref, old string) string {
	if repository, _, ok := strings.Cut(ref, ":"); ok {
		old = strings.TrimPrefix(old, repository+":")
	}
	if old == "" {
		return ""
	}
	return ", was " + old
}

func (d *differ) recorded(r *state.Resource) (state.Manifest, bool) {
	if d.in.Recorded == nil {
		return nil, false
	}
	m, ok := d.in.Recorded.Contexts[r.Addr.String()]
	return m, ok
}

// changedStep is the path of the first instruction block that differs.
func changedStep(before json.RawMessage, s spec) string {
	old, err := parseSpec(before)
	if before == nil || err != nil {
		return ""
	}
	for i, step := range s.Steps {
		if i >= len(old.Steps) || old.Steps[i].Type != step.Type || !bytes.Equal(old.Steps[i].Body, step.Body) {
			return stepPath(i)
		}
	}
	return ""
}

// fields are the arguments and base images that differ.
func (d *differ) fields(r *state.Resource, s spec, c Content, old state.Object) []plan.Field {
	var fields []plan.Field
	add := func(path, before, after string) {
		if before == after {
			return
		}
		f := plan.Field{Path: path, Forces: true, Cause: cause(r, path, path+" changed")}
		if before != "" {
			f.Before = plan.Raw(before)
		}
		if after != "" {
			f.After = plan.Raw(after)
		}
		fields = append(fields, f)
	}
	if was, err := parseSpec(old.Spec); err == nil {
		for _, name := range union(was.Args, s.Args) {
			add("args."+name, was.Args[name], s.Args[name])
		}
		add("platform", was.Platform, s.Platform)
		add("target", was.Target, s.Target)
		add("dockerfile", was.Dockerfile, s.Dockerfile)
	}
	recorded := recordedBases([]state.Object{old})
	for _, ref := range slices.Sorted(maps.Keys(c.Bases)) {
		if before := recorded[ref]; before != "" {
			add(ref, before, c.Bases[ref].Digest)
		}
	}
	return fields
}

func union(a, b map[string]string) []string {
	all := map[string]string{}
	maps.Copy(all, a)
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

// summary tells changed files in a few words: "page.html changed, 2 files added".
func summary(c buildcontext.Changes) string {
	var parts []string
	for _, group := range []struct {
		paths []string
		verb  string
	}{{c.Changed, "changed"}, {c.Added, "added"}, {c.Removed, "removed"}} {
		switch len(group.paths) {
		case 0:
		case 1:
			parts = append(parts, group.paths[0]+" "+group.verb)
		default:
			parts = append(parts, plural(len(group.paths), "file", "files")+" "+group.verb)
		}
	}
	return strings.Join(parts, ", ")
}

// listing shows the files that differ, and only those: contexts are large.
func listing(c buildcontext.Changes, before, after state.Manifest) plan.Text {
	var paths []string
	paths = append(paths, c.Changed...)
	paths = append(paths, c.Added...)
	paths = append(paths, c.Removed...)
	slices.Sort(paths)
	lines := func(m state.Manifest) string {
		var b strings.Builder
		for _, path := range paths {
			if digest, ok := m[path]; ok {
				b.WriteString(path + " " + digest[:min(8, len(digest))] + "\n")
			}
		}
		return b.String()
	}
	return plan.Text{Name: "context", Before: lines(before), After: lines(after)}
}
