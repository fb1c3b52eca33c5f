package port

import (
	"fmt"
	"strings"
	"time"

	"github.com/docker/go-units"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// maxTimeout is less than what the proxy can count.
const maxTimeout = 480 * time.Hour

// validateSettings finds settings that mean nothing, by fail, which is told the path of an argument.
func validateSettings(s Spec, fail func(path, summary, format string, args ...any)) {
	if s.Mode == proxy.TCP && len(s.Trusted) > 0 {
		fail("trusted", "No headers in tcp mode", "A port in tcp mode sees no headers that could be believed. Remove trusted, or use mode = \"http\".")
	}
	seen := map[string]bool{}
	for i, text := range s.Trusted {
		network, err := proxy.ParseNetwork(text)
		switch at := fmt.Sprintf("trusted.%d", i); {
		case err != nil:
			fail(at, "Not a network", "%s.", err)
		case seen[network]:
			fail(at, "A network twice", "%s is trusted already.", network)
		}
		seen[network] = true
	}
	for i, r := range s.Route {
		at := fmt.Sprintf("route.%d.", i)
		if s.Mode == proxy.TCP && r.limits() != (proxy.Limits{}) {
			fail("mode", "No requests in tcp mode", "A port in tcp mode sees no requests, so its route has no max_body and no timeout. Remove them, or use mode = \"http\".")
		}
		if r.MaxBody > proxy.MaxBody {
			fail(at+"max_body", "Too large", "A body of more than %s cannot be asked for; leave max_body out for any size.", size(proxy.MaxBody))
		}
		if r.Timeout == nil {
			continue
		}
		for name, d := range map[string]time.Duration{"server": r.Timeout.Server.Std(), "tunnel": r.Timeout.Tunnel.Std()} {
			if d < 0 || d > maxTimeout || d > 0 && d < time.Millisecond {
				fail(at+"timeout."+name, "Not such a time", "A timeout is from 1ms to %s.", short(maxTimeout))
			}
		}
	}
}

// told writes a route's limits.
func told(l proxy.Limits) string {
	var texts []string
	if l.Server > 0 {
		texts = append(texts, "answers within "+short(l.Server))
	}
	if l.Tunnel > 0 {
		texts = append(texts, "tunnels silent for "+short(l.Tunnel))
	}
	if l.MaxBody > 0 {
		texts = append(texts, "bodies up to "+size(l.MaxBody))
	}
	if len(texts) == 0 {
		return ""
	}
	return " (" + strings.Join(texts, ", ") + ")"
}

func size(n int64) string {
	return strings.ReplaceAll(units.CustomSize("%.4g%s", float64(n), 1024, []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB"}), " ", "")
}

// short leaves out units that are 0.
func short(d time.Duration) string {
	text := d.String()
	text, _ = strings.CutSuffix(text, "m0s")
	if text != d.String() {
		text += "m"
	}
	if rest, cut := strings.CutSuffix(text, "h0m"); cut {
		text = rest + "h"
	}
	return text
}
