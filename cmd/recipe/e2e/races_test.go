package e2e

import (
	"strings"
	"sync"
	"testing"
)

// Of many applies at once, from processes of their own, one at a time works: the others say who does, or find that nothing
// is left to do. An apply and a rollback that wait for each other leave one release or the other. No client notices.
func TestManyAppliesAtOnce(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	a := standard()
	a.count, a.drain = 1, "3s"
	d.recipe(a.at("r1"))
	d.apply()
	w := d.watch(d.traffic(30))

	d.recipe(a.at("r2"))
	const many = 20
	done := 0
	for _, o := range d.atOnce(many, "apply", "--auto-approve") {
		switch {
		case o.code == 0:
			done++
		case o.code != 1 || !strings.Contains(o.stderr, "The recipe is locked"):
			t.Errorf("%s", o)
		}
	}
	if t.Logf("of %d applies %d had the lock", many, done); done == 0 {
		t.Error("nobody had the lock")
	}
	d.serves("r2")
	d.settled()
	d.tidy(1, 2)

	d.recipe(a.at("r3"))
	back := make(chan outcome, 1)
	go func() { back <- d.run("rollback", "--auto-approve", "--lock-timeout", "5m") }()
	forth := d.run("apply", "--auto-approve", "--lock-timeout", "5m")
	if other := <-back; forth.code != 0 || other.code != 0 {
		t.Errorf("%s\n%s", forth, other)
	}
	d.tidy(1, 2)
	d.apply()
	d.serves("r3")
	d.settled()
	w.nothingLost()
}

// atOnce runs a command so many times at once.
func (d *deploy) atOnce(times int, args ...string) []outcome {
	d.Helper()
	all := make([]outcome, times)
	var running sync.WaitGroup
	for i := range all {
		running.Go(func() { all[i] = d.run(args...) })
	}
	running.Wait()
	return all
}
