package evaltest

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/deployrecipe/recipe/eval/event"
)

// Transcript collects what happens during an apply as text, one event a line. Under testing/synctest its
// times are exact, so that whole transcripts can be compared.
type Transcript struct {
	// Timed starts each line with the seconds since the first event.
	Timed bool

	mu    sync.Mutex
	lines []string
	first time.Time
}

// Sink takes an event in; hand it over as an event.Sink.
func (t *Transcript) Sink(e event.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.first.IsZero() {
		t.first = e.Time
	}
	line := e.String()
	if t.Timed {
		line = fmt.Sprintf("%gs %s", e.Time.Sub(t.first).Seconds(), line)
	}
	t.lines = append(t.lines, line)
}

// String returns the lines so far, each with its newline.
func (t *Transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lines) == 0 {
		return ""
	}
	return strings.Join(t.lines, "\n") + "\n"
}
