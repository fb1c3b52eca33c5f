package event

import (
	"testing"
	"time"
)

func TestString(t *testing.T) {
	for _, test := range []struct {
		event Event
		want  string
	}{
		{Event{Type: StepStarted, Step: "service.web/start"}, "start service.web/start"},
		{Event{Type: StepDone, Step: "a", Took: 1234 * time.Millisecond}, "done a (1.2s)"},
		{Event{Type: StepDone, Step: "a", Undo: true}, "done undo a"},
		{Event{Type: StepFailed, Step: "a", Text: "no\nreally", Took: time.Hour}, "FAILED a: no ... (1h00m)"},
		{Event{Type: StepProgress, Step: "a", Text: "half"}, "says a: half"},
		{Event{Type: StepSkipped, Step: "a"}, "skip a"},
		{Event{Type: Reverting, Group: "web", Text: "stop b"}, "revert web: stop b"},
		{Event{Type: "later", Step: "a"}, "later a"},
	} {
		if got := test.event.String(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestElapsed(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0.00s", 999 * time.Millisecond: "1.00s", 31 * time.Millisecond: "0.03s", 4100 * time.Millisecond: "4.1s",
		59960 * time.Millisecond: "1m00s", 125 * time.Second: "2m05s", 90 * time.Minute: "1h30m",
	} {
		if got := Elapsed(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}
