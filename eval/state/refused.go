package state

import (
	"slices"

	"github.com/deployrecipe/recipe/eval/addr"
)

// Refusal is a release that was found unfit.
type Refusal struct {
	Release string `json:"release"`
	Why     string `json:"why"` // a line
}

// Refused tells of a service's release that was taken back, and of the apply that did so, unless a later one left the
// service with it.
func (r *Recorded) Refused(service addr.Addr, release string) (Refusal, Entry, bool) {
	name := service.String()
	for _, e := range slices.Backward(r.History) {
		if refusal, ok := e.Refused[name]; ok && refusal.Release == release {
			return refusal, e, true
		}
		if e.Releases[name] == release {
			break
		}
	}
	return Refusal{}, Entry{}, false
}
