package state

import (
	"testing"

	"github.com/deployrecipe/recipe/eval/addr"
)

// A release counts as refused until a later apply leaves its service with it.
func TestRefused(t *testing.T) {
	web := addr.New("service", "web")
	took := func(release string) Entry {
		return Entry{Time: release, Result: "reverted", Releases: map[string]string{"service.web": "r1"}, Refused: map[string]Refusal{"service.web": {Release: release, Why: "it is bad"}}}
	}
	left := func(release string) Entry { return Entry{Releases: map[string]string{"service.web": release}} }
	for _, test := range []struct {
		name    string
		history []Entry
		release string
		want    bool
	}{
		{"nothing is known", nil, "r2", false},
		{"taken back", []Entry{left("r1"), took("r2")}, "r2", true},
		{"another one was", []Entry{left("r1"), took("r2")}, "r3", false},
		{"the one before was not", []Entry{left("r1"), took("r2")}, "r1", false},
		{"others since", []Entry{took("r2"), took("r3"), left("r1")}, "r2", true},
		{"it was good later", []Entry{took("r2"), left("r2"), left("r1")}, "r2", false},
		{"and bad again", []Entry{took("r2"), left("r2"), took("r2")}, "r2", true},
	} {
		r := &Recorded{History: test.history}
		if _, _, got := r.Refused(web, test.release); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
		if _, _, got := r.Refused(addr.New("service", "api"), test.release); got {
			t.Errorf("%s: another service's", test.name)
		}
	}
}
