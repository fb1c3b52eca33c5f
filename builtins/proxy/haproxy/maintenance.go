package haproxy

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// A maintenance page stands in the recipe's own backends, so that ports which it shares with others know nothing of it.
// Whether it is up is an entry of a map, so that putting it up needs no reload, and a restart keeps it.

// pageFile comes before the file that names it.
func pageFile(recipe string) string { return "cfg/15-" + recipe + pageSuffix }

// downKey is a recipe's key in the map of those that are down.
func downKey(recipe string) string { return recipe + "/" }

// renderMaintenance is the comment that tells of a page what its rule does not.
func renderMaintenance(m *proxy.Maintenance) string {
	return fmt.Sprintf("# maintenance %q %d %s", m.Type, m.RetryAfter/time.Second, orDash(strings.Join(m.Except, ",")))
}

func parseMaintenance(line string) (*proxy.Maintenance, error) {
	m := &proxy.Maintenance{}
	var seconds int64
	var except string
	if _, err := fmt.Sscanf(line, "# maintenance %q %d %s", &m.Type, &seconds, &except); err != nil {
		return nil, err
	}
	m.RetryAfter = time.Duration(seconds) * time.Second
	if except != "-" {
		m.Except = strings.Split(except, ",")
	}
	return m, nil
}

// maintenance is the rule of a backend.
func maintenance(s *proxy.Site, mode proxy.Mode) []string {
	m := s.Maintenance
	if m == nil {
		return nil
	}
	when := fmt.Sprintf("if { str(%s),map_str(%s) -m found }", downKey(s.Recipe), downMap)
	if len(m.Except) > 0 {
		when += " !{ src " + strings.Join(m.Except, " ") + " }"
	}
	if mode == proxy.TCP {
		return []string{"tcp-request content reject " + when}
	}
	answer := fmt.Sprintf("http-request return status 503 content-type %s file %s hdr Cache-Control no-store", strconv.Quote(m.Type), pageFile(s.Recipe))
	if m.RetryAfter > 0 {
		answer += fmt.Sprintf(" hdr Retry-After %d", m.RetryAfter/time.Second)
	}
	return []string{answer + " " + when}
}
