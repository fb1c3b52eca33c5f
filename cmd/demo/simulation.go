package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/sim"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/apply"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/render"
)

// simulation plays in memory. Plans and steps are the real ones, and so is the time that they take.
type simulation struct {
	*screen
	world    *simulated.World
	settings builtins.Settings
	dir      string
	why      string // there is no engine

	mu    sync.Mutex
	names map[string]string // what each release calls itself, by its digest
}

// simulatedPort is what the played edge listens on.
const simulatedPort = 8080

// newSimulation has an empty engine. The image's server is played as well, so that a file stands in for it.
func newSimulation(dir string, s *screen, noEngine error) (*simulation, error) {
	p := &simulation{screen: s, dir: dir, why: "as asked.", names: map[string]string{}}
	if noEngine != nil {
		p.why, _, _ = strings.Cut("since no Docker engine can be had: "+noEngine.Error(), "\n")
	}
	p.settings = builtins.Settings{Edge: edgeName}
	p.world = simulated.New(simulated.Options{Settings: p.settings, App: p.app})
	return p, os.WriteFile(filepath.Join(dir, "server"), []byte("played by the simulator\n"), 0o755)
}

// app is what the containers run: it boots for as long as the example might.
func (p *simulation) app(c engine.ContainerSpec) sim.App {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, v := range c.Env {
		if name, ok := strings.CutPrefix(v, "RELEASE="); ok {
			p.names[c.Labels[label.Release]] = name
		}
	}
	return sim.App{Boot: 300 * time.Millisecond, Stop: 50 * time.Millisecond}
}

// name tells what a release calls itself; answered is SERVICE/RELEASE.
func (p *simulation) name(answered string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.names[answered[strings.LastIndex(answered, "/")+1:]]
}

func (p *simulation) about() string { return "Playing on the simulator, " + p.why }

func (p *simulation) env() []string {
	return []string{"RECIPE_EDGE=" + edgeName, fmt.Sprintf("RECIPE_VAR_port=%d", simulatedPort)}
}

func (p *simulation) recipe(ctx context.Context, out io.Writer, args ...string) error {
	verbs := map[string]struct {
		mode kind.Mode
		done string
	}{"plan": {kind.Apply, ""}, "apply": {kind.Apply, "Applied"}, "rollback": {kind.Rollback, "Rolled back"}, "destroy": {kind.Destroy, "Destroyed"}}
	verb := verbs[args[0]]
	desired, err := p.desire(args)
	if err != nil {
		return err
	}
	made, diags, err := p.world.Plan(ctx, desired, verb.mode)
	if err != nil || diags.HasErrors() {
		return p.told(diags, err)
	}
	if err := render.Text(out, made.Plan, p.style()); err != nil || verb.done == "" {
		return err
	}
	begun := time.Now()
	fmt.Fprintln(out)
	progress := render.NewProgress(out, made.Plan, p.style())
	if _, err := p.world.Apply(ctx, made, simulated.ApplyOptions{Options: apply.Options{Sink: progress.Sink}}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "\n%s in %.1fs.\n", verb.done, time.Since(begun).Seconds())
	return err
}

func (p *simulation) style() render.Options { return render.Options{Color: p.color, Width: p.width()} }

// told makes one error of what is wrong with the recipe and what else went wrong.
func (p *simulation) told(diags hcl.Diagnostics, err error) error {
	if diags.HasErrors() {
		return diags
	}
	return err
}

func (p *simulation) use(ctx context.Context, rate float64) (users, error) {
	client := p.world.Client(simulated.ClientOptions{Port: simulatedPort, Every: time.Duration(float64(time.Second) / rate)})
	return newCounted(ctx, client, p.name), nil
}

// ask sends one request, which only tells whose it is.
func (p *simulation) ask(ctx context.Context, path string) (url, answer string, err error) {
	url = fmt.Sprintf("http://127.0.0.1:%d%s", simulatedPort, path)
	client := p.world.Client(simulated.ClientOptions{Port: simulatedPort, Path: path})
	wait(ctx, 100*time.Millisecond)
	for answered := range client.Stop().Answered {
		return url, p.name(answered), nil
	}
	return url, "", fmt.Errorf("%s does not answer", url)
}

func (p *simulation) clear(context.Context) error {
	p.world.Close()
	return nil
}
