package container

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// The steps on containers, each with the config it reads.
const (
	OpCreate plan.Op = "container.create" // CreateConfig
	OpStart  plan.Op = "container.start"  // StartConfig
	OpProbe  plan.Op = "container.probe"  // ProbeConfig
	OpStop   plan.Op = "container.stop"   // StopConfig
	OpRemove plan.Op = "container.remove" // RemoveConfig
	OpUpdate plan.Op = "container.update" // UpdateConfig
	OpAside  plan.Op = "container.aside"  // RemoveConfig
)

// StartConfig is the config of OpStart.
type StartConfig struct {
	Name string `json:"name"`
	// Restart, when not empty, is put back first: a container kept for the way back has none. The limits that
	// are set become Limits then.
	Restart string        `json:"restart,omitempty"`
	Limits  engine.Limits `json:"limits,omitzero"`
}

// StopConfig is the config of OpStop.
type StopConfig struct {
	Name    string         `json:"name"`
	Signal  string         `json:"signal,omitempty"`
	Timeout state.Duration `json:"timeout"`
}

// RemoveConfig is the config of OpRemove. A running container is stopped first, with the signal and timeout.
type RemoveConfig StopConfig

// UpdateConfig is the config of OpUpdate.
type UpdateConfig struct {
	Name    string        `json:"name"`
	Limits  engine.Limits `json:"limits,omitzero"`
	Restart string        `json:"restart,omitempty"`
}

// Tools are what the steps work with.
type Tools struct {
	Engine engine.Engine
	Prober Prober
}

// Doers gives what carries out each op.
func Doers(t Tools) map[plan.Op]kind.Doer {
	return map[plan.Op]kind.Doer{
		OpCreate: kind.DoerOf(t.create),
		OpStart:  kind.DoerOf(t.start),
		OpProbe:  kind.DoerOf(t.probe),
		OpStop:   kind.DoerOf(t.stop),
		OpRemove: kind.DoerOf(t.remove),
		OpUpdate: kind.DoerOf(t.update),
		OpAside:  kind.DoerOf(t.aside),

		OpNetworks: kind.DoerOf(t.networks),
	}
}

func (t Tools) create(ctx context.Context, c CreateConfig, in kind.Inputs) (kind.Outputs, error) {
	id, err := t.Make(ctx, c, in)
	if err != nil {
		return nil, err
	}
	return kind.Outputs{"id": id}, nil
}

// Make creates a container with its files, or takes the one that an earlier, interrupted apply made.
func (t Tools) Make(ctx context.Context, c CreateConfig, in kind.Inputs) (string, error) {
	if err := c.reveal(in); err != nil {
		return "", err
	}
	id, made, err := t.claim(ctx, c)
	if err != nil || !made {
		return id, err
	}
	if err := t.writeFiles(ctx, id, c, in); err != nil {
		return "", errors.Join(err, t.Engine.RemoveContainer(context.WithoutCancel(ctx), id))
	}
	return id, nil
}

// claims is how often a name is tried that is taken by a container which cannot be seen: an engine still makes the
// one that an apply asked for before it was cut off.
const claims = 50

// claim creates a container. One that an apply made which was cut off before it started it may lack files and
// networks, and is made anew; one that has run already is left as it is.
func (t Tools) claim(ctx context.Context, c CreateConfig) (id string, made bool, err error) {
	for range claims {
		id, err = t.Engine.CreateContainer(ctx, c.Spec)
		if !errors.Is(err, engine.ErrConflict) {
			return id, err == nil, err
		}
		have, found := t.adopt(ctx, c)
		switch {
		case errors.Is(found, engine.ErrNotFound):
			select {
			case <-time.After(100 * time.Millisecond):
			case <-ctx.Done():
				return "", false, ctx.Err()
			}
		case found != nil:
			return "", false, found
		case have.State != engine.Created:
			return have.ID, false, nil
		default:
			if err := t.Engine.RemoveContainer(ctx, have.ID); err != nil {
				return "", false, err
			}
		}
	}
	return "", false, err
}

// adopt takes a container that stands under the name already for the one to make, if it is of the same
// release of the same recipe: the step ran before and its end was not seen.
func (t Tools) adopt(ctx context.Context, c CreateConfig) (engine.Container, error) {
	have, err := t.Engine.Container(ctx, c.Spec.Name)
	if err != nil {
		return have, err
	}
	for _, name := range []string{label.Recipe, label.Origin, label.Addr, label.Release} {
		if have.Labels[name] != c.Spec.Labels[name] {
			return have, fmt.Errorf("a container named %s exists already and is not this recipe's; rename or remove it", c.Spec.Name)
		}
	}
	return have, nil
}

func (t Tools) start(ctx context.Context, c StartConfig, _ kind.Inputs) (kind.Outputs, error) {
	if c.Restart != "" {
		if err := t.Engine.UpdateContainer(ctx, c.Name, c.Limits, c.Restart); err != nil {
			return nil, err
		}
	}
	return nil, t.Engine.StartContainer(ctx, c.Name)
}

func (t Tools) stop(ctx context.Context, c StopConfig, _ kind.Inputs) (kind.Outputs, error) {
	return nil, t.retire(ctx, c)
}

// retire stops a container for good: it must not come back when the engine restarts, or two releases would
// run, so its restart policy goes first.
func (t Tools) retire(ctx context.Context, c StopConfig) error {
	updated := t.Engine.UpdateContainer(ctx, c.Name, engine.Limits{}, "no")
	if errors.Is(updated, engine.ErrNotFound) {
		return nil
	}
	err := t.Engine.StopContainer(ctx, c.Name, c.Signal, c.Timeout.Std())
	if err == nil && updated != nil { // engines refuse it of a container that ends at this moment
		err = t.Engine.UpdateContainer(ctx, c.Name, engine.Limits{}, "no")
	}
	if errors.Is(err, engine.ErrNotFound) {
		return nil
	}
	return err
}

func (t Tools) remove(ctx context.Context, c RemoveConfig, _ kind.Inputs) (kind.Outputs, error) {
	have, err := t.Engine.Container(ctx, c.Name)
	if errors.Is(err, engine.ErrNotFound) {
		return nil, nil
	}
	if err == nil && have.State != engine.Created && have.State != engine.Exited {
		err = t.retire(ctx, StopConfig(c))
	}
	if err != nil {
		return nil, err
	}
	return nil, t.Engine.RemoveContainer(ctx, c.Name)
}

func (t Tools) update(ctx context.Context, c UpdateConfig, _ kind.Inputs) (kind.Outputs, error) {
	return nil, t.Engine.UpdateContainer(ctx, c.Name, c.Limits, c.Restart)
}

// Target is what a Prober asks.
type Target struct {
	Address netip.AddrPort
	HTTP    bool   // GET Path, else a connection
	Path    string // "/" when empty
	Host    string // Host header, the address when empty
	// Headers are sent besides. Status are the codes that pass, 200 to 399 when empty; Body is a regular expression
	// that must match the beginning of the body, as far as Answer has it.
	Headers map[string]string
	Status  []int
	Body    string
	// Interval is the time from the start of one probe to that of the next, Timeout how long one may take.
	Interval, Timeout time.Duration
}

// Answer is what the last probe got.
type Answer struct {
	Passed   bool
	Attempts int
	Status   int    // of HTTP, 0 when none came
	Body     string // the beginning
	Err      string
}

// String says it for people.
func (a Answer) String() string {
	switch {
	case a.Attempts == 0:
		return "no probe was answered"
	case a.Status != 0 && strings.TrimSpace(a.Body) != "":
		return fmt.Sprintf("the last probe got status %d: %s", a.Status, firstLine(a.Body))
	case a.Status != 0:
		return fmt.Sprintf("the last probe got status %d and no body", a.Status)
	}
	return "the last probe failed: " + a.Err
}

// Told is String for an answer that passed, too.
func (a Answer) Told() string {
	switch {
	case a.Passed && a.Status != 0:
		return fmt.Sprintf("it answered %d", a.Status)
	case a.Passed:
		return "it accepted a connection"
	case a.Status != 0 && a.Err != "":
		return a.Err + "; " + a.String()
	}
	return a.String()
}

func firstLine(s string) string {
	line, rest, _ := strings.Cut(strings.TrimSpace(s), "\n")
	if len(line) > 200 {
		return line[:200] + "…"
	}
	if rest != "" {
		return line + " …"
	}
	return line
}

// Prober probes from the engine's side until a target passes or ctx ends, when it returns the last answer.
type Prober interface {
	Probe(ctx context.Context, t Target) (Answer, error)
}
