package e2e

import (
	"fmt"
	"testing"
)

// Two recipes change the edge that they share at the same time, reloads included, and neither's clients notice.
func TestRecipesSwitchAtOnce(t *testing.T) {
	t.Parallel()
	one := newDeploy(t)
	two := one.neighbour()
	a := standard()
	a.count, a.retain = 1, 1
	for _, d := range []*deploy{one, two} {
		d.recipe(a.with("EXIT", "abrupt"))
		d.apply()
	}
	clients := []*watched{one.watch(one.traffic(60)), two.watch(two.traffic(60))}
	const rounds = 4
	for round := range rounds {
		// The one only switches; the other opens a port each time, which makes HAProxy load its files anew.
		one.recipe(a.at(fmt.Sprint("one", round)).with("EXIT", "abrupt"))
		b := a.at(fmt.Sprint("two", round)).with("EXIT", "abrupt")
		if round%2 == 0 {
			b.more = secondRoute(two)
		}
		two.recipe(b)
		done := make(chan outcome, 1)
		go func() { done <- two.run("apply", "--auto-approve") }()
		first, second := one.run("apply", "--auto-approve"), <-done
		if first.code != 0 || second.code != 0 {
			t.Fatalf("%s\n%s", first, second)
		}
		one.serves(fmt.Sprint("one", round))
		two.serves(fmt.Sprint("two", round))
		for _, w := range clients {
			if w.lost() > 0 {
				t.Fatalf("requests were lost\n%s\n%s\n%s", w.clients.Snapshot(), first, second)
			}
		}
	}
	for _, w := range clients {
		w.nothingLost()
		w.settled()
		w.tidy(1, 1)
	}
}
