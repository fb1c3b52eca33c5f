package resolve

import (
	"encoding/json"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// fake is a kind that knows nothing but its schema. Its exports are texts with the recipe's name and, for
// "address", the argument listen.
type fake struct{ block schema.Block }

func (f fake) Schema() *schema.Block                          { return &f.block }
func (f fake) Diff(kind.Input) (kind.Result, hcl.Diagnostics) { return kind.Result{}, nil }
func (f fake) Validate(r *state.Resource, d *state.Desired) hcl.Diagnostics {
	if r.Addr.Name == "refused" {
		return hcl.Diagnostics{diag.Errorf(diag.InvalidValue, &r.Range, "Invalid value", "%s is refused among %d.", r.Addr, len(d.Resources))}
	}
	return nil
}

func (f fake) Export(self kind.Instance, name string) (cty.Value, hcl.Diagnostics) {
	if name != "address" {
		return cty.StringVal(self.Recipe().Name + "-" + self.Named().Short()), nil
	}
	spec, ok, diags := self.Spec("listen")
	if !ok {
		return cty.NilVal, diags
	}
	var got struct{ Listen int }
	if err := json.Unmarshal(spec, &got); err != nil {
		panic(err)
	}
	return cty.StringVal(fmt.Sprintf("edge:%d", got.Listen)), nil
}

// kinds are made of the fakes.
func kinds() map[string]kind.Kind {
	all := map[string]kind.Kind{}
	for _, b := range []schema.Block{
		imageKind(), serviceKind("service"), serviceKind("job"), portKind(), secretKind(), switchoverKind(),
		{Name: "volume", Label: "name", Doc: "A volume.", Resource: true, Exports: []schema.Export{{Name: "name", Doc: "Its name."}}},
	} {
		all[b.Name] = fake{b}
	}
	return all
}

func imageKind() schema.Block {
	return schema.Block{
		Name: "image", Label: "name", Doc: "An image.", Resource: true, Ordered: true,
		Args: []schema.Arg{
			{Name: "pull", Type: schema.Str(), Doc: "What to pull."},
			{Name: "tags", Type: schema.ListOf(schema.Str()), Doc: "Tags."},
			{Name: "args", Type: schema.MapOf(schema.Str()), Doc: "Build arguments."},
		},
		Blocks: []schema.Block{
			{Name: "from", Doc: "Begins a stage.", Args: []schema.Arg{{Name: "image", Type: schema.Str(), Required: true, Doc: "The base."}}},
			{Name: "run", Doc: "Runs a command.", Args: []schema.Arg{{Name: "shell", Type: schema.Str(), Doc: "The command."}},
				Blocks: []schema.Block{{Name: "mount", Label: "type", Doc: "A mount.", Args: []schema.Arg{{Name: "target", Type: schema.Str(), Doc: "Where."}}}}},
		},
		Exports: []schema.Export{{Name: "ref", Doc: "Its tag."}},
	}
}

func serviceKind(name string) schema.Block {
	return schema.Block{
		Name: name, Label: "name", Doc: "A service.", Resource: true,
		Args: []schema.Arg{
			{Name: "image", Type: schema.EitherOf(schema.RefTo("image"), schema.Str()), Required: true, Doc: "Its image."},
			{Name: "count", Type: schema.Whole(1, 100), Default: "1", Doc: "How many."},
			{Name: "command", Type: schema.ListOf(schema.Str()), Doc: "Its command."},
			{Name: "env", Type: schema.MapOf(schema.Str()), Secret: true, Doc: "Its environment."},
			{Name: "labels", Type: schema.MapOf(schema.Str()), Doc: "Its labels."},
			{Name: "restart", Type: schema.OneOf("no", "always", "unless-stopped"), Default: `"unless-stopped"`, Doc: "When to restart."},
			{Name: "memory", Type: schema.Bytes(), Doc: "How much memory."},
			{Name: "cpus", Type: schema.Num(), Doc: "How many processors."},
			{Name: "extra", Type: schema.AnyValue(), Doc: "Anything."},
			{Name: "tmpfs", Type: schema.EitherOf(schema.MapOf(schema.Str()), schema.ListOf(schema.Str())), Doc: "Paths in memory."},
		},
		Blocks: []schema.Block{
			{Name: "expose", Label: "name", Doc: "A port.", Args: []schema.Arg{{Name: "port", Type: schema.Whole(1, 65535), Required: true, Doc: "Its number."}}},
			{Name: "file", Label: "path", Doc: "A file.", Args: []schema.Arg{
				{Name: "content", Type: schema.Str(), Required: true, Secret: true, Doc: "What it holds."},
				{Name: "mode", Type: schema.Str(), Default: `"0444"`, Doc: "Its mode."},
			}},
			{Name: "mount", Label: "path", Doc: "A mount.", Args: []schema.Arg{{Name: "volume", Type: schema.RefTo("volume"), Doc: "What to mount."}}},
			{Name: "health", Max: 1, Doc: "Health.", Args: []schema.Arg{
				{Name: "http", Doc: "A request.", Type: schema.Obj(
					schema.Arg{Name: "port", Type: schema.EitherOf(schema.Whole(1, 65535), schema.Str()), Required: true, Doc: "The port."},
					schema.Arg{Name: "path", Type: schema.Str(), Default: `"/"`, Doc: "The path."})},
				{Name: "interval", Type: schema.Dur(), Default: `"1s"`, Doc: "How often."},
			}},
		},
		Exports: []schema.Export{{Name: "name", Doc: "Its name."}},
	}
}

func portKind() schema.Block {
	return schema.Block{
		Name: "port", Label: "name", Doc: "A port.", Resource: true,
		Args: []schema.Arg{
			{Name: "listen", Type: schema.Whole(1, 65535), Required: true, Doc: "Its number."},
			{Name: "mode", Type: schema.OneOf("http", "tcp"), Default: `"http"`, Doc: "Its mode."},
		},
		Blocks: []schema.Block{{Name: "route", Doc: "A route.", Args: []schema.Arg{
			{Name: "path", Type: schema.Str(), Doc: "Its prefix."},
			{Name: "to", Type: schema.PortOf("service"), Required: true, Doc: "Where it leads."},
		}}},
		Exports: []schema.Export{{Name: "address", Doc: "Its address."}},
	}
}

func secretKind() schema.Block {
	return schema.Block{
		Name: "secret", Label: "name", Doc: "A secret.", Resource: true,
		Args: []schema.Arg{
			{Name: "env", Type: schema.Str(), Doc: "A variable."},
			{Name: "file", Type: schema.Str(), Doc: "A file."},
			{Name: "command", Type: schema.ListOf(schema.Str()), Doc: "A command."},
		},
	}
}

func switchoverKind() schema.Block {
	return schema.Block{
		Name: "switchover", Label: "name", Doc: "A switchover.", Resource: true,
		Args: []schema.Arg{
			{Name: "services", Type: schema.ListOf(schema.RefTo("service")), Required: true, Doc: "What moves."},
			{Name: "before", Type: schema.ListOf(schema.RefTo("job")), Doc: "What runs before."},
		},
	}
}
