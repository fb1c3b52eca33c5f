package haproxy

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// A switchover under way stands below its group, as comments: nothing that HAProxy runs depends on it.
//
//	# group web
//	# switch b 2026-03-01T12:00:00Z "canary"
//	# pause 2026-03-01T12:02:00Z manual "stage \"canary\" has held"

// none stands for a time that is not known.
const none = "-"

// The words for what a pause came of.
const (
	manual = "manual"
	failed = "failed"
)

func switchLines(g proxy.Group) []string {
	s := g.Switch
	if s == nil {
		return nil
	}
	lines := []string{fmt.Sprintf("# switch %s %s %+q", s.To, at(s.Since), s.Stage)}
	if s.Pause != nil {
		of := manual
		if s.Pause.Failed {
			of = failed
		}
		lines = append(lines, fmt.Sprintf("# pause %s %s %+q", at(s.Pause.Since), of, s.Pause.Why))
	}
	return lines
}

func at(t time.Time) string {
	if t.IsZero() {
		return none
	}
	return t.Format(time.RFC3339)
}

// parseSwitch reads one of those lines: # KEY WORD WORD "TEXT".
func parseSwitch(g *proxy.Group, line string) error {
	words := strings.SplitN(line, " ", 5)
	if len(words) < 5 {
		return fmt.Errorf("%q lacks something", line)
	}
	text, err := strconv.Unquote(words[4])
	if err != nil {
		return fmt.Errorf("%s is no text", words[4])
	}
	if words[1] == "switch" {
		g.Switch = &proxy.Switch{To: proxy.Side(words[2]), Stage: text}
		g.Switch.Since, err = when(words[3])
		return err
	}
	if g.Switch == nil || words[3] != manual && words[3] != failed {
		return fmt.Errorf("%q is a pause of nothing", line)
	}
	g.Switch.Pause = &proxy.Pause{Failed: words[3] == failed, Why: text}
	g.Switch.Pause.Since, err = when(words[2])
	return err
}

func when(word string) (time.Time, error) {
	if word == none {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339, word)
}
