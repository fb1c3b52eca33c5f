package world

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/record"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
)

// Refine completes what a listing found, for one kind of object.
type Refine func(context.Context, engine.Reader, *state.Observed, *state.Desired) error

// World reads a recipe's objects from an engine, and what planning needs to know besides. Its questions do not
// depend on each other and are asked all at once, so that a listing takes as long as its slowest part.
type World struct {
	Reader engine.Reader
	// Edge names the edge's container. ReadEdge, when set, looks at the edge in place of reading the files of
	// that container.
	Edge     string
	ReadEdge func(context.Context) (Edge, error)
	// Refiners run one after the other, in this order.
	Refiners []Refine
}

var _ kind.World = World{}

// List tells everything that belongs to a recipe.
func (w World) List(ctx context.Context, r state.Recipe) (*state.Observed, *state.Recorded, error) {
	var (
		mine       = map[string]string{label.Recipe: r.Name}
		known      Known
		containers []engine.Container
		images     []engine.Image
		volumes    []engine.Volume
		recorded   *state.Recorded
		note       string
	)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) { known.Info, err = w.Reader.Info(ctx); return err })
	group.Go(func() (err error) { known.Networks, err = w.Reader.Networks(ctx, nil); return err })
	edged, volumed, listed := make(chan struct{}), make(chan struct{}), make(chan struct{})
	group.Go(func() (err error) {
		defer close(edged)
		if known.Edge, err = w.edge(ctx); err == nil && !known.Edge.Exists && w.Edge != "" {
			var left []engine.Volume
			left, err = w.Reader.Volumes(ctx, map[string]string{label.Role: helper.RoleEdge, label.Edge: w.Edge})
			known.Edge.Left = len(left) > 0
		}
		return err
	})
	group.Go(func() error {
		defer close(listed)
		all, err := w.Reader.Containers(ctx, nil) // others take room, too
		containers, known.Others = apart(all, r.Name)
		return err
	})
	group.Go(func() (err error) { images, err = w.Reader.Images(ctx, mine); return err })
	group.Go(func() (err error) {
		defer close(volumed)
		volumes, err = w.Reader.Volumes(ctx, mine)
		return err
	})
	group.Go(func() (err error) {
		<-edged
		<-volumed
		<-listed
		recorded, note, err = w.record(ctx, r, volumes, append([]engine.Container{known.Edge.Container}, containers...))
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	if note != "" {
		known.Notes = append(known.Notes, note)
	}
	for _, c := range containers {
		if held, ok := helper.HeldBy(c); ok {
			known.Lock = &Lock{By: held.By, Since: held.Since}
		}
	}
	networks := slices.DeleteFunc(slices.Clone(known.Networks), func(n engine.Network) bool {
		return n.Labels[label.Recipe] != r.Name
	})
	observed := &state.Observed{Objects: objects(r, containers, images, networks, volumes)}
	r.Moved.Apply(observed, recorded)
	SetFacts(observed, &known)
	return observed, recorded, nil
}

// record reads what the last apply left, out of its volume where that lies on this machine.
func (w World) record(ctx context.Context, r state.Recipe, volumes []engine.Volume, containers []engine.Container) (*state.Recorded, string, error) {
	at := slices.IndexFunc(volumes, func(v engine.Volume) bool { return v.Name == helper.RecordName(r.Name) })
	if at >= 0 && volumes[at].Dir != "" && w.here(ctx, containers) {
		if files, ok := readHere(volumes[at].Dir, "."); ok {
			recorded, note := record.In(files)
			return recorded, note, nil
		}
	}
	return record.Read(ctx, w.Reader, r.Name)
}

// here tells whether the engine's machine is this one, by the first of some containers that runs. A listing does not tell
// the number of its process.
func (w World) here(ctx context.Context, containers []engine.Container) bool {
	at := slices.IndexFunc(containers, func(c engine.Container) bool { return c.State == engine.Running })
	if at < 0 {
		return false
	}
	c := containers[at]
	if c.PID == 0 {
		c, _ = w.Reader.Container(ctx, c.ID) // one that is gone since tells nothing
	}
	return here(c)
}

func (w World) edge(ctx context.Context) (Edge, error) {
	if w.ReadEdge != nil {
		return w.ReadEdge(ctx)
	}
	return readEdge(ctx, w.Reader, w.Edge)
}

// Refine has each kind complete what List found.
func (w World) Refine(ctx context.Context, o *state.Observed, d *state.Desired) error {
	for _, refine := range w.Refiners {
		if err := refine(ctx, w.Reader, o, d); err != nil {
			return err
		}
	}
	return nil
}
