package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing/fstest"
	"text/tabwriter"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/funcs"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/deployrecipe/recipe/lang/syntax"
)

// scale is how long something takes beside something else: times alone say more of the machine than of the program.
type scale struct {
	Name         string
	Time, Beside time.Duration
	Aim          string // what the ratio should be at most
}

// The sizes that the language is measured at.
const (
	largeModule = 1 << 20 // bytes
	shortChain  = 1000    // services
	longChain   = 5000
)

// language measures reading, evaluating and planning. It needs no engine.
func language(ctx context.Context) ([]scale, error) {
	all, err := reading()
	if err != nil {
		return nil, err
	}
	growing, err := growing(ctx)
	return append(all, growing...), err
}

// languageAlone measures and prints.
func languageAlone(ctx context.Context) error {
	all, err := language(ctx)
	if err != nil {
		return err
	}
	return printScales(os.Stdout, all)
}

func printScales(w io.Writer, all []scale) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\n\ts\tbeside s\tratio\taim")
	for _, s := range all {
		fmt.Fprintf(t, "%s\t%.3f\t%.3f\t%.2f\t%s\n", s.Name, s.Time.Seconds(), s.Beside.Seconds(), float64(s.Time)/float64(s.Beside), s.Aim)
	}
	return t.Flush()
}

// reading measures the ways of a large module, beside what the HCL library takes to parse it.
func reading() ([]scale, error) {
	text := chained(largeModule / len(chained(1)))
	bare := lowest(func() { hclsyntax.ParseConfig(text, "recipe.hcl", hcl.InitialPos) })
	r, err := read(text)
	if err != nil {
		return nil, err
	}
	var all []scale
	for _, part := range []struct {
		name string
		do   func()
	}{
		{"lex", func() { hclsyntax.LexConfig(text, "recipe.hcl", hcl.InitialPos) }},
		{"parse", func() { syntax.Parse(text, "recipe.hcl") }},
		{"decode", func() { decode.Decode(r.files, r.blocks) }},
		{"validate", func() { resolve.Check(r.module, r.inputs) }},
	} {
		all = append(all, scale{Name: part.name + " 1 MiB, to HCL's own parsing", Time: lowest(part.do), Beside: bare})
	}
	return all, nil
}

// growing measures chains of services, the long one beside the short one.
func growing(ctx context.Context) ([]scale, error) {
	var evaluate, plan [2]time.Duration
	for i, n := range []int{shortChain, longChain} {
		r, err := read(chained(n))
		if err != nil {
			return nil, err
		}
		var d *state.Desired
		evaluate[i] = lowest(func() { d, _ = resolve.Resolve(r.module, r.inputs) })
		w := simulated.New(simulated.Options{})
		defer w.Close()
		if err := planned(ctx, w, d); err != nil {
			return nil, err
		}
		plan[i] = lowest(func() { _, _, _ = w.Plan(ctx, d, kind.Apply) })
	}
	of := fmt.Sprintf("%d chained services, to %d", longChain, shortChain)
	return []scale{
		{"evaluate " + of, evaluate[1], evaluate[0], "6"},
		{"plan " + of, plan[1], plan[0], "6"},
	}, nil
}

func planned(ctx context.Context, w *simulated.World, d *state.Desired) error {
	_, diags, err := w.Plan(ctx, d, kind.Apply)
	if err == nil && diags.HasErrors() {
		err = diags
	}
	if err != nil {
		return fmt.Errorf("planning a recipe made for measuring: %w", err)
	}
	return nil
}

// recipe is a module that was read, and what it takes to evaluate it.
type recipe struct {
	files  *syntax.Files
	blocks []schema.Block
	module *decode.Module
	inputs resolve.Inputs
}

func read(text []byte) (*recipe, error) {
	fsys := fstest.MapFS{"recipe.hcl": {Data: text}}
	r := &recipe{blocks: resolve.Blocks(), inputs: resolve.Inputs{FS: fsys, Dir: "/bench", Kinds: map[string]kind.Kind{}}}
	r.inputs.Functions = builtins.Functions(funcs.Inputs{FS: fsys, Dir: "/bench"})
	unset := func(string) (string, bool) { return "", false }
	for _, k := range builtins.Kinds(builtins.Environment(unset)) {
		r.blocks = append(r.blocks, *k.Schema())
		r.inputs.Kinds[k.Schema().Name] = k
	}
	var diags, more hcl.Diagnostics
	r.files, diags = syntax.Load(fsys, ".")
	r.module, more = decode.Decode(r.files, r.blocks)
	if diags = append(diags, more...); diags.HasErrors() {
		return nil, fmt.Errorf("reading a recipe made for measuring: %w", diags)
	}
	return r, nil
}

// aNetwork is how many services a network has: its addresses are bounded.
const aNetwork = 500

// chained is a recipe of services that each read the one before, every tenth behind a port and in a switchover.
func chained(n int) []byte {
	var b strings.Builder
	b.WriteString("recipe { name = \"bench\" }\nlocals { image = \"app:1\" }\n")
	for i := range n {
		before := `"none"`
		if i > 0 {
			before = fmt.Sprintf("service.s%d.name", i-1)
		}
		fmt.Fprintf(&b, "service \"s%d\" {\n  image = local.image\n  env = { BEFORE = %s, SELF = \"${local.image}-%d\" }\n  networks = [network.n%d]\n  expose \"http\" { port = 8080 }\n}\n", i, before, i, i/aNetwork)
		if i%aNetwork == 0 {
			fmt.Fprintf(&b, "network \"n%d\" {}\n", i/aNetwork)
		}
		if i%10 == 0 {
			fmt.Fprintf(&b, "port \"p%d\" {\n  listen = %d\n  route { to = service.s%d.http }\n}\n", i, 10_000+i, i)
			fmt.Fprintf(&b, "switchover \"w%d\" { services = [service.s%d] }\n", i, i)
		}
	}
	return []byte(b.String())
}

// lowest is the least processor time of a few runs, which other work on the machine disturbs least.
func lowest(do func()) time.Duration {
	least := time.Duration(1<<63 - 1)
	for range 5 {
		runtime.GC()
		begun := spent()
		do()
		least = min(least, spent()-begun)
	}
	return least
}
