// Package builtins is the list of what the language comes with: block kinds, what completes an observation for
// them, what carries out their steps, and functions. A new one of any of these is a package of its own and a line
// here.
package builtins

import (
	"context"
	"maps"

	"github.com/zclconf/go-cty/cty/function"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/funcs"
	"github.com/deployrecipe/recipe/builtins/gate"
	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/builtins/image"
	"github.com/deployrecipe/recipe/builtins/image/buildkit"
	"github.com/deployrecipe/recipe/builtins/job"
	"github.com/deployrecipe/recipe/builtins/maintenance"
	"github.com/deployrecipe/recipe/builtins/network"
	"github.com/deployrecipe/recipe/builtins/port"
	"github.com/deployrecipe/recipe/builtins/secret"
	"github.com/deployrecipe/recipe/builtins/service"
	"github.com/deployrecipe/recipe/builtins/switchover"
	"github.com/deployrecipe/recipe/builtins/volume"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// Settings are what is the same for all recipes of one run.
type Settings struct {
	// Edge is the name of the edge's container. EdgeImage overrides the image that a new one is made from; empty
	// leaves it to the recipe.
	Edge, EdgeImage string
	// ImageRef gives the reference of an image block once it is known; nil before.
	ImageRef func(addr.Addr) (ref string, ok bool)
	// Upgrade takes newer images for tags that were resolved before.
	Upgrade bool
}

// Environment reads the settings from the environment of the machine that plans.
func Environment(env func(string) (string, bool)) Settings {
	s := Settings{Edge: edge.DefaultName}
	if name, ok := env("RECIPE_EDGE"); ok && name != "" {
		s.Edge = name
	}
	s.EdgeImage, _ = env("RECIPE_PROXY_IMAGE")
	return s
}

// Kinds are the block kinds, in the order in which their differences are decided: each sees what those before it
// decided.
func Kinds(s Settings) []kind.Kind {
	return []kind.Kind{
		secret.Kind{},
		volume.Kind{},
		network.Kind{},
		&image.Kind{Ref: s.ImageRef},
		job.Kind{Image: findImage},
		edge.Kind{Image: s.EdgeImage},
		port.Kind{},
		maintenance.Kind{},
		switchover.Kind{},
		service.Kind{Image: findImage, Edge: s.Edge, EdgeImage: s.EdgeImage},
	}
}

// World is how a recipe's objects are seen.
func World(r engine.Reader, s Settings) world.World {
	return world.World{Reader: r, Edge: s.Edge, Refiners: []world.Refine{
		container.Refine,
		func(ctx context.Context, r engine.Reader, o *state.Observed, d *state.Desired) error {
			options := ImageOptions(s)
			options.Version = world.Facts(o).Info.Version
			return image.Refine(ctx, r, o, d, options)
		},
		edge.Refine(s.EdgeImage),
		port.Refine,
	}}
}

// ImageOptions are how images are looked up.
func ImageOptions(s Settings) image.Options { return image.Options{Upgrade: s.Upgrade} }

// Tools are what steps are carried out with.
type Tools struct {
	Engine  engine.Engine
	Builder buildkit.Engine
	Session Session
	// Recipe is the one that the plan is of, Host tells whether the edge uses the network of the engine's machine.
	Recipe state.Recipe
	Edge   string
	Host   bool
}

// Session is what steps need of a helper on the engine's side: a *helper.Session.
type Session interface {
	edge.Session
	prober
	Beside(ctx context.Context, container string) (*helper.Guest, error)
}

// Doers are what carries out each step.
func Doers(t Tools) map[plan.Op]kind.Doer {
	return DoersOf(Parts{
		Containers: container.Tools{Engine: t.Engine, Prober: probing{t.Session}},
		Images:     image.Build{Images: t.Engine, Builder: t.Builder, Dir: t.Recipe.Dir},
		Edge:       edge.For(t.Engine, t.Session, t.Edge, t.Host),
		Dir:        t.Recipe.Dir,
		Beside: func(ctx context.Context, container string) (gate.Guest, error) {
			guest, err := t.Session.Beside(ctx, container)
			if err != nil {
				return nil, err
			}
			return guest, nil
		},
	})
}

// Parts are what the steps of each package work on, for an engine and an edge of another making.
type Parts struct {
	Containers container.Tools
	Images     image.Build
	Edge       edge.Deps
	// Dir is the recipe's directory, where gates run commands; Run is how, nil for on this machine.
	Dir string
	Run gate.Runner
	// Beside brings who asks what lies behind a release into the network of a container; nil where nobody is asked.
	Beside func(ctx context.Context, container string) (gate.Guest, error)
}

// DoersOf are what carries out each step, on parts of one engine.
func DoersOf(p Parts) map[plan.Op]kind.Doer {
	e := p.Containers.Engine
	gates := gate.Tools{Engine: e, Prober: p.Containers.Prober, Edge: p.Edge.Edge, Dir: p.Dir, Run: p.Run, Beside: p.Beside}
	all := map[plan.Op]kind.Doer{}
	for _, doers := range []map[plan.Op]kind.Doer{
		volume.Doers(e),
		network.Doers(e),
		image.Doers(p.Images),
		container.Doers(p.Containers),
		switchover.Doers(e),
		gate.Doers(gates),
		job.Doers(p.Containers),
		edge.Doers(p.Edge),
	} {
		maps.Copy(all, doers)
	}
	return all
}

// Functions are what expressions may call.
func Functions(in funcs.Inputs) map[string]function.Function { return funcs.Map(in) }
