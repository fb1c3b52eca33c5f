package logs_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/sim"
	"github.com/deployrecipe/recipe/builtins/logs"
)

// writer says its name and how long it runs, every second, n times, and then runs on.
func writer(n int) sim.App {
	return sim.App{Main: func(p *sim.Process) int {
		for i := range n {
			fmt.Fprintf(p.Stdout, "%s %d\n", p.Container, i)
			time.Sleep(time.Second)
		}
		<-p.Killed
		return 0
	}}
}

// begin starts containers a and b, of which b is half a second late.
func begin(t *testing.T) *sim.Engine {
	e := sim.New()
	e.Stocked = true
	e.Play = func(engine.ContainerSpec) (sim.App, bool) { return writer(3), true }
	for _, name := range []string{"a", "b"} {
		start(t, e, name)
		time.Sleep(500 * time.Millisecond)
	}
	t.Cleanup(e.StopAll)
	return e
}

func start(t *testing.T, e *sim.Engine, name string) {
	t.Helper()
	e.AddImage("app:1", engine.ImageConfig{}, sim.App{})
	id, err := e.CreateContainer(t.Context(), engine.ContainerSpec{Name: name, Image: "app:1"})
	if err == nil {
		err = e.StartContainer(t.Context(), id)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestMerge(t *testing.T) {
	for _, c := range []struct {
		name    string
		options engine.LogOptions
		want    string
	}{
		{"all", engine.LogOptions{}, "a 0, b 0, a 1, b 1, a 2, b 2"},
		{"the last of each", engine.LogOptions{Tail: 1}, "a 2, b 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := begin(t)
				time.Sleep(10 * time.Second)
				if got := texts(t, logs.Merge(t.Context(), e, []string{"b", "a"}, c.options), 100); got != c.want {
					t.Errorf("got %s, want %s", got, c.want)
				}
				var none []string
				for line, err := range logs.Merge(t.Context(), e, []string{"nobody", "a"}, c.options) {
					if none = append(none, line.Text); err != nil {
						t.Errorf("one that is gone: %v", err)
					}
				}
				if len(none) == 0 {
					t.Error("one that is gone hides the others")
				}
				e.StopAll()
			})
		})
	}
}

// texts joins the first lines.
func texts(t *testing.T, lines func(func(logs.Line, error) bool), most int) string {
	t.Helper()
	var all []string
	for line, err := range lines {
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(line.Text, line.Container+" ") {
			t.Errorf("%q is told to be of %s", line.Text, line.Container)
		}
		if all = append(all, line.Text); len(all) == most {
			break
		}
	}
	return strings.Join(all, ", ")
}

// TestFollow goes on with what is written, by a container that comes later, too, and ends when it is told to.
func TestFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		go func() {
			time.Sleep(5 * time.Second)
			start(t, e, "c")
		}()
		running := func(ctx context.Context) ([]string, error) {
			var names []string
			list, err := e.Containers(ctx, nil)
			for _, c := range list {
				names = append(names, c.Name)
			}
			return names, err
		}
		since := map[string]time.Time{"a": time.Now(), "b": time.Now().Add(-time.Hour)}
		got := strings.Split(texts(t, logs.Follow(ctx, e, since, running), 100), ", ")
		slices.Sort(got)
		if want := "a 1, a 2, b 0, b 1, b 2, c 0, c 1, c 2"; strings.Join(got, ", ") != want {
			t.Errorf("got %s, want %s", strings.Join(got, ", "), want)
		}
		e.StopAll()
	})
}
