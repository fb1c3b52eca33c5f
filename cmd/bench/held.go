package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/load"
	"github.com/deployrecipe/recipe/cmd/internal/run"
	"github.com/deployrecipe/recipe/cmd/internal/stage"
)

// heldDir is the recipe's whose requests wait while its one container is replaced.
const heldDir = "held"

// heldRecipe is webRecipe with data that two releases must not share.
func heldRecipe() string {
	text := strings.Replace(webRecipe(), prefix+"-web", prefix+"-held", 1)
	text = strings.Replace(text, "service \"web\" {", "volume \"data\" {}\n\nservice \"web\" {", 1)
	return strings.Replace(text, "  health {", "  mount \"/data\" {\n    volume    = volume.data\n    exclusive = true\n  }\n  health {", 1)
}

// heldSide deploys that.
type heldSide struct {
	*bench
	port int
}

func (s heldSide) listen() int { return s.port }

func (s heldSide) command(n int) run.Command {
	return s.bench.command(heldDir, fmt.Sprintf("RECIPE_VAR_port=%d", s.port), fmt.Sprintf("RECIPE_VAR_release=held-%d", n))
}

// held measures how long after the new container was found healthy those who waited for it are answered.
func (b *bench) held(ctx context.Context, _ *ours) (figure, error) {
	b.say("requests that wait")
	port, err := stage.FreePort(28500)
	if err != nil {
		return figure{}, err
	}
	s := heldSide{b, port}
	if _, err := measured(ctx, s.command(0), b.tool, "apply", "--auto-approve"); err != nil {
		return figure{}, err
	}
	var all []float64
	for n := 1; n <= b.rounds; n++ {
		late, err := s.late(ctx, n)
		if err != nil {
			return figure{}, err
		}
		all = append(all, milliseconds(late))
	}
	return figure{"first answer after healthy, of those held", middle(all), "ms", "50"}, b.destroy(ctx, heldDir)
}

// late deploys release n under load, and tells how much later than its container was healthy it answered.
func (s heldSide) late(ctx context.Context, n int) (time.Duration, error) {
	clients, err := load.Start(ctx, load.Options{URL: fmt.Sprintf("http://127.0.0.1:%d", s.port), Rate: 100, Duration: 5 * time.Minute,
		Mix: load.Mix{load.KeepAlive: 60, load.Fresh: 40}, Timeout: time.Minute})
	if err != nil {
		return 0, err
	}
	wait(ctx, time.Second/2)
	var events, said bytes.Buffer
	c := s.command(n)
	c.Stdout, c.Stderr = &events, &said
	deployed := c.Do(ctx, s.tool, "apply", "--auto-approve", "--json")
	wait(ctx, time.Second/2)
	clients.Stop()
	report := clients.Wait()
	if deployed != nil {
		return 0, fmt.Errorf("%w\n%s%s", deployed, &said, &events)
	}
	seen, ok := report.FirstSeen[fmt.Sprintf("held-%d", n)]
	if !ok || report.Total.Failed > 0 {
		return 0, fmt.Errorf("the new release did not take over without loss:\n%s", report)
	}
	healthy, err := healthyAt(&events)
	return report.Start.Add(seen).Sub(healthy), err
}

// healthyAt finds when a container was found healthy among the events of an apply.
func healthyAt(events *bytes.Buffer) (time.Time, error) {
	for d := json.NewDecoder(events); ; {
		var e struct {
			Type, Step string
			Time       time.Time
		}
		if err := d.Decode(&e); err != nil {
			return time.Time{}, errors.Join(errors.New("no event tells when the new container was healthy"), err)
		}
		if e.Type == "step_done" && strings.Contains(e.Step, "/probe/") {
			return e.Time, nil
		}
	}
}
