package event

import (
	"fmt"
	"strings"
	"time"
)

// String is the event in one line without its time, the same for the same event: what transcripts of tests
// and logs are made of. An error's further lines are left to whoever shows errors.
func (e Event) String() string {
	var b strings.Builder
	b.WriteString(verb(e.Type))
	if e.Undo {
		b.WriteString(" undo")
	}
	switch {
	case e.Step != "":
		b.WriteString(" " + string(e.Step))
	case e.Group != "":
		b.WriteString(" " + e.Group)
	}
	if text, _, more := strings.Cut(e.Text, "\n"); text != "" {
		b.WriteString(": " + text)
		if more {
			b.WriteString(" ...")
		}
	}
	if e.Took > 0 {
		fmt.Fprintf(&b, " (%s)", Elapsed(e.Took))
	}
	return b.String()
}

func verb(t Type) string {
	switch t {
	case StepStarted:
		return "start"
	case StepProgress:
		return "says"
	case StepDone:
		return "done"
	case StepFailed:
		return "FAILED"
	case StepSkipped:
		return "skip"
	case Reverting:
		return "revert"
	}
	return string(t)
}

// Limit writes how long something may take as people write it in a recipe: 60s, 10m, 1h30m.
func Limit(d time.Duration) string {
	if d == time.Minute {
		return "60s"
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Moment writes when something was, for people: in UTC, so that it is one text wherever it is read.
func Moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// MomentOf is Moment of a time as records keep it, by RFC 3339; another text stays as it is.
func MomentOf(text string) string {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return Moment(t)
}

// Elapsed writes how long something took, with as many digits as people care for: 0.03s, 4.1s, 2m05s.
func Elapsed(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%.2fs", d.Seconds())
	case d < 60*time.Second-50*time.Millisecond:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Hour:
		d = d.Round(time.Second)
		return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
	}
	d = d.Round(time.Minute)
	return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
}
