package edge

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/kind"
)

// pause notes on the edge that a switchover waits. Where the group failed, why is what failed, in a line.
func (w *worker) pause(ctx context.Context, config PauseConfig, in kind.Inputs) (kind.Outputs, error) {
	p := proxy.Pause{Why: config.Why}
	if in.Failure != "" {
		p = proxy.Pause{Why: line(in.Failure), Failed: true}
	}
	return nil, w.update(ctx, config.Recipe, func(s *proxy.Site) error {
		if g := s.Group(config.Group); g == nil || g.Switch == nil {
			return fmt.Errorf("no switchover of group %s is under way", config.Group)
		}
		Pause(s, config.Group, p, time.Now())
		return nil
	})
}

// Pause notes that a group's switchover waits. One that waits already does so since then.
func Pause(site *proxy.Site, group string, p proxy.Pause, now time.Time) {
	g := site.Group(group)
	if g == nil || g.Switch == nil {
		return
	}
	p.Since = now
	if g.Paused() && g.Switch.Pause.Failed == p.Failed && g.Switch.Pause.Why == p.Why {
		p.Since = g.Switch.Pause.Since
	}
	s := *g.Switch
	s.Pause = &p
	g.Switch = &s
}

// maxWhy is how much of a reason is kept, in bytes.
const maxWhy = 300

// line is the first line of a text, cut to what is worth keeping.
func line(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	text = strings.ToValidUTF8(text, "?")
	if len(text) <= maxWhy {
		return text
	}
	end := maxWhy
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "..."
}
