package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/deployrecipe/recipe/cmd/internal/run"
)

// shape is a large module, and the nearest thing to it in Terraform, where one is at hand: resources of its built-in
// provider, which needs no download and asks nobody anything.
type shape struct {
	name         string
	ours, theirs func(n int) string
}

func shapes() []shape {
	return []shape{
		{"a chain", serviceChain, dataChain},
		{"a fan-in", serviceFan, dataFan},
		{"one for_each", serviceEach, dataEach},
	}
}

// planning is what a plan of a shape costs, beside Terraform's.
type planning struct {
	Name         string
	Ours, Theirs cost // Theirs is empty without Terraform
	Cut          bool // Theirs was cut off, and is what it had taken by then
	Aim          string
}

// theirLimit is how long Terraform gets for one plan: some take minutes, and what they took until then says enough.
const theirLimit = 30 * time.Second

// hugeModule is the number of services of the largest module, planned once.
const hugeModule = 10_000

// plans measures first plans of large modules: nothing of them stands. They need an engine, which is asked what it has.
func (b *bench) plans(ctx context.Context) ([]planning, error) {
	terraform, _ := exec.LookPath("terraform")
	var all []planning
	for _, s := range shapes() {
		b.say("plans of %s", s.name)
		short, err := b.planned(ctx, s.ours(shortChain), 3)
		if err != nil {
			return all, err
		}
		p := planning{Name: fmt.Sprintf("%s of %d", s.name, shortChain), Ours: short, Aim: "CPU 0.10, RSS 0.50"}
		if terraform != "" {
			if p.Theirs, p.Cut, err = b.terraformed(ctx, terraform, s.theirs(shortChain)); err != nil {
				return all, err
			}
			if p.Cut {
				b.say("Terraform's plan of %s was cut off after %s", s.name, theirLimit)
			}
		}
		long, err := b.planned(ctx, s.ours(longChain), 3)
		if err != nil {
			return append(all, p), err
		}
		all = append(all, p, planning{Name: fmt.Sprintf("%s of %d, to %d", s.name, longChain, shortChain), Ours: long, Theirs: short, Aim: "CPU 6.00"})
	}
	huge, err := b.planned(ctx, serviceEach(hugeModule), 1)
	return append(all, planning{Name: fmt.Sprintf("one for_each of %d", hugeModule), Ours: huge}), err
}

// plansAlone measures and prints.
func plansAlone(ctx context.Context, o options) error {
	b := &bench{options: o}
	if err := b.build(ctx); err != nil {
		return err
	}
	defer b.engine.Close()
	if err := b.importApp(ctx); err != nil {
		return err
	}
	defer func() { _ = b.engine.RemoveImage(context.WithoutCancel(ctx), appImage) }()
	all, err := b.plans(ctx)
	if err != nil {
		return err
	}
	return printPlans(os.Stdout, all)
}

// planned is the lowest cost of some plans of a recipe.
func (b *bench) planned(ctx context.Context, text string, times int) (cost, error) {
	const dir = "planned"
	if err := b.write(dir, "recipe.hcl", text); err != nil {
		return cost{}, err
	}
	return lowestOf(times, func() (cost, error) { return measured(ctx, b.command(dir), b.tool, "plan") })
}

// terraformed is that of one of Terraform's, and whether it was cut off.
func (b *bench) terraformed(ctx context.Context, terraform, text string) (used cost, cut bool, err error) {
	const dir = "terraformed"
	if err := b.write(dir, "main.tf", text); err != nil {
		return used, false, err
	}
	c := run.Command{Dir: filepath.Join(b.dir, dir), Env: []string{"CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE=" + os.DevNull}}
	if _, err := measured(ctx, c, terraform, "init", "-input=false"); err != nil {
		return used, false, err
	}
	limited, cancel := context.WithTimeout(ctx, theirLimit)
	defer cancel()
	used, err = measured(limited, c, terraform, "plan", "-input=false")
	if limited.Err() != nil && ctx.Err() == nil {
		return used, true, nil
	}
	return used, false, err
}

func (b *bench) write(dir, name, text string) error {
	path := filepath.Join(b.dir, dir)
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(path, name), []byte(text), 0o644)
}

// patience is how long a measurement may have taken to be taken once more.
const patience = 8 * time.Second

// lowestOf is the cost of the run that took the least processor time, which other work on the machine disturbed least.
func lowestOf(times int, measure func() (cost, error)) (least cost, err error) {
	begun := time.Now()
	for i := range times {
		if time.Since(begun) > patience {
			break
		}
		used, err := measure()
		if err != nil {
			return least, err
		}
		if i == 0 || used.User < least.User {
			least = used
		}
	}
	return least, nil
}

func printPlans(w io.Writer, all []planning) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nplan\twall s\tuser CPU s\tRSS MiB\tbeside CPU s\tRSS MiB\tCPU ratio\tRSS ratio\taim")
	for _, p := range all {
		fmt.Fprintf(t, "%s\t%.2f\t%.2f\t%s", p.Name, p.Ours.Wall.Seconds(), p.Ours.User.Seconds(), mib(p.Ours.RSS))
		if p.Theirs.User > 0 {
			least, most := "", ""
			if p.Cut {
				least, most = ">", "<"
			}
			fmt.Fprintf(t, "\t%s%.2f\t%s%s\t%s%.2f\t%s%.2f", least, p.Theirs.User.Seconds(), least, mib(p.Theirs.RSS),
				most, float64(p.Ours.User)/float64(p.Theirs.User), most, float64(p.Ours.RSS)/float64(p.Theirs.RSS))
		} else {
			fmt.Fprint(t, "\t-\t-\t-\t-")
		}
		fmt.Fprintf(t, "\t%s\n", p.Aim)
	}
	return t.Flush()
}

// written writes a recipe of so many services, a network for some of them each, since its addresses are bounded.
func written(n int, service func(b *strings.Builder, i int)) *strings.Builder {
	var b strings.Builder
	fmt.Fprintf(&b, "recipe { name = \"%s-planned\" }\n", prefix)
	for i := range n {
		if i%aNetwork == 0 {
			fmt.Fprintf(&b, "network \"n%d\" {}\n", i/aNetwork)
		}
		service(&b, i)
	}
	return &b
}

func serviceChain(n int) string {
	return written(n, func(b *strings.Builder, i int) {
		before := `"none"`
		if i > 0 {
			before = fmt.Sprintf("service.s%d.name", i-1)
		}
		fmt.Fprintf(b, "service \"s%d\" {\n  image    = %q\n  env      = { BEFORE = %s }\n  networks = [network.n%d]\n}\n", i, appImage, before, i/aNetwork)
	}).String()
}

func dataChain(n int) string {
	var b strings.Builder
	for i := range n {
		before := `"none"`
		if i > 0 {
			before = fmt.Sprintf("terraform_data.s%d.output", i-1)
		}
		fmt.Fprintf(&b, "resource \"terraform_data\" \"s%d\" {\n  input = { BEFORE = %s }\n}\n", i, before)
	}
	return b.String()
}

func serviceFan(n int) string {
	b := written(n, func(b *strings.Builder, i int) {
		fmt.Fprintf(b, "service \"s%d\" {\n  image    = %q\n  networks = [network.n%d]\n}\n", i, appImage, i/aNetwork)
	})
	fmt.Fprintf(b, "service \"all\" {\n  image = %q\n  env   = { ALL = join(\",\", [%s]) }\n}\n", appImage, names(n, "service.s%d.name"))
	return b.String()
}

func dataFan(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "resource \"terraform_data\" \"s%d\" {\n  input = \"s%d\"\n}\n", i, i)
	}
	fmt.Fprintf(&b, "resource \"terraform_data\" \"all\" {\n  input = { ALL = join(\",\", [%s]) }\n}\n", names(n, "terraform_data.s%d.output"))
	return b.String()
}

func names(n int, format string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(all, ", ")
}

func serviceEach(n int) string {
	b := written(0, nil)
	fmt.Fprintf(b, "network \"n\" {\n  for_each = toset([for i in range(%d) : \"n${i}\"])\n}\n", n/aNetwork)
	fmt.Fprintf(b, "service \"s\" {\n  for_each = %s\n  image    = %q\n  env      = { NAME = each.key }\n  networks = [network.n[each.value]]\n}\n", numbered(n), appImage)
	return b.String()
}

func dataEach(n int) string {
	return fmt.Sprintf("resource \"terraform_data\" \"s\" {\n  for_each = %s\n  input    = { NAME = each.key, NETWORK = each.value }\n}\n", numbered(n))
}

// numbered is a map of so many keys, each with its network, as an expression of both: range gives few values at once.
func numbered(n int) string {
	return fmt.Sprintf("{ for p in setproduct(range(%d), range(%d)) : \"s${p[0]}-${p[1]}\" => \"n${p[0]}\" }", n/aNetwork, aNetwork)
}
