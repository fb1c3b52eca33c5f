package e2e

import (
	"flag"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/load"
)

var matrixFile = flag.String("matrix", "", "play the whole zero-loss matrix, and write its table into this file")

// cell is one switchover under load: a strategy and a way of ending.
type cell struct {
	*watched
	strategy strategy
	other    *deploy // another recipe on the same edge
}

// Nothing is lost, whatever the way from one release to another and however it ends. What a run of the tests plays of
// it is what no other test here does; -matrix plays all and writes the table.
func TestMatrix(t *testing.T) {
	t.Parallel()
	rows := strategies()
	if *matrixFile == "" {
		rows = rows[len(rows)-1:]
	}
	table := &matrix{}
	t.Cleanup(func() {
		if *matrixFile != "" {
			table.write(t, *matrixFile)
		}
	})
	for _, s := range rows {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.row(t, table)
		})
	}
}

// row plays a strategy with all endings, one after the other.
func (s strategy) row(t *testing.T, table *matrix) {
	d := newDeploy(t)
	a := s.app()
	other := d.neighbour()
	other.recipe(app{release: "other", count: 1})
	other.apply()
	d.recipe(a.at("r0"))
	d.apply()
	if s.before != nil {
		s.before(d)
	}
	serving := "r0"
	all := endings()
	if *matrixFile == "" {
		all = all[:1]
	}
	for i, e := range all {
		if !e.possible(s) {
			continue
		}
		to, command := fmt.Sprintf("r%d", i+1), s.command
		if command == "rollback" { // what is gone back to is what serves now
			d.recipe(a.at(to))
			d.apply()
			to, serving = serving, to
		}
		staged := a
		staged.stages = strings.Replace(s.stages, "GATE", e.gate, 1)
		if command == "apply" {
			d.recipe(staged.at(to))
		}
		counts := map[load.Kind]load.Count{}
		if s.play(d, other, e, counts) {
			serving = to
		}
		d.serves(serving)
		table.add(s.name, e.name, counts)
		if t.Failed() {
			t.Fatalf("%s, %s", s.name, e.name)
		}
	}
}

// play plays a cell under load and counts what became of it.
func (s strategy) play(d, other *deploy, e ending, counts map[load.Kind]load.Count) (moved bool) {
	d.Helper()
	options := d.traffic(50)
	options.Endless, options.Drain = 1, 3*time.Second
	options.Mix = load.Mix{load.KeepAlive: 30, load.Fresh: 15, load.HTTP10: 10, load.Post: 10, load.SlowPost: 8, load.SlowGet: 8,
		load.Stream: 8, load.WebSocket: 6, load.TCP: 5}
	all := []*watched{d.watch(options)}
	for _, header := range s.headers {
		options.Header = header
		all = append(all, d.watch(options))
	}
	moved = e.play(&cell{all[0], s, other})
	for _, w := range all {
		w.answered(40)
		for kind, count := range w.nothingLost().Kinds {
			counts[kind] = sum(counts[kind], count)
		}
	}
	return moved
}

// matrix is what became of all operations, by strategy, ending and kind.
type matrix struct {
	sync.Mutex
	cells map[[2]string]map[load.Kind]load.Count
}

func (m *matrix) add(strategy, ending string, counts map[load.Kind]load.Count) {
	m.Lock()
	defer m.Unlock()
	if m.cells == nil {
		m.cells = map[[2]string]map[load.Kind]load.Count{}
	}
	m.cells[[2]string{strategy, ending}] = counts
}

func sum(a, b load.Count) load.Count {
	a.Attempted += b.Attempted
	a.Failed += b.Failed + b.Aborted + b.Skipped
	a.Cut += b.Cut
	return a
}
