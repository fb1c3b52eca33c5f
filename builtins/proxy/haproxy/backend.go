package haproxy

import (
	"fmt"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// free is the address of a slot without a server.
const free = "127.0.0.1:1"

// standbyLine begins the line that says since when a group's other side stands by.
const standbyLine = "# standby "

// renderSite writes a recipe's file.
func renderSite(s *proxy.Site, o Options) []byte {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%s", header)
	line("# site %s", s.Recipe)
	if s.Origin != "" {
		line("# origin %+q", s.Origin)
	}
	for _, p := range s.Ports {
		line("# port %s %s %d %s", p.Name, p.Mode, p.Listen, orDash(p.Address))
		for _, network := range p.Trusted {
			line("# trusted %s %s", p.Name, network)
		}
		for _, said := range tlsLines(p) {
			line("%s", said)
		}
	}
	for _, g := range s.Groups {
		line("# group %s%s", g.Name, sticky(g))
		if !g.Standby.IsZero() {
			line("%s%s %s", standbyLine, g.Name, g.Standby.Format(time.RFC3339))
		}
		for _, m := range g.Match {
			line("# match %s %s %s %s", g.Name, kindOf(m), m.Header+m.Cookie, m.Value)
		}
		for _, said := range switchLines(g) {
			line("%s", said)
		}
	}
	if s.Maintenance != nil {
		line("%s", renderMaintenance(s.Maintenance))
	}
	line("")
	line("global")
	line("    set-var %s str(%s)", variable(s.Recipe), structure(s, o))
	for i := range s.Services {
		service := &s.Services[i]
		line("")
		line("# service %s %s %s", service.Name, service.Mode, service.Group)
		for _, side := range []proxy.Side{proxy.A, proxy.B} {
			line("backend %s from %s", backendName(s.Recipe, service.Name, side), service.Mode)
			if release := service.Side(side).Release; release != "" {
				line("    # release %s", release)
			}
			for _, directive := range append(directives(s, service, side), maintenance(s, service.Mode)...) {
				line("    %s", directive)
			}
			for slot := 1; slot <= service.Slots(); slot++ {
				line("    %s", serverLine(service.Side(side), slot))
			}
		}
	}
	return []byte(b.String())
}

func sticky(g proxy.Group) string {
	if g.Sticky {
		return " sticky"
	}
	return ""
}

// directives are a backend's lines before its servers.
func directives(site *proxy.Site, s *proxy.Service, side proxy.Side) []string {
	lines := timeouts(site, s)
	check := s.Watch(side)
	if check == nil {
		return append(lines, "default-server check inter 2000 fastinter 1000 downinter 1000 fall 3 rise 1 # by default")
	}
	if check.Path != "" {
		send := fmt.Sprintf("http-check send meth GET uri '%s'", check.Path)
		if check.Host != "" {
			send += fmt.Sprintf(" hdr Host '%s'", check.Host)
		}
		lines = append(lines, "option httpchk", send)
	}
	lines = append(lines, fmt.Sprintf("timeout check %d", check.Timeout.Milliseconds()))
	// A server that failed once is asked again soon, so that a long interval does not keep a dead one in, and so
	// is one that is down, so that it does not keep out one that is back: where both restart with the machine, the
	// first check often comes before the app is up.
	soon := min(check.Interval, time.Second).Milliseconds()
	server := fmt.Sprintf("default-server check inter %d fastinter %d downinter %d fall %d rise 1",
		check.Interval.Milliseconds(), soon, soon, check.Retries)
	if check.Port != 0 {
		server += fmt.Sprintf(" port %d", check.Port)
	}
	return append(lines, server)
}

// serverLine writes one slot. Draining servers are disabled for a worker that starts from the file, so that
// after a reload they get nothing new; Update then puts them back to drain.
func serverLine(b *proxy.Backend, slot int) string {
	server := b.Server(slot)
	switch {
	case server == nil:
		return fmt.Sprintf("server %s %s disabled", serverName(slot), free)
	case server.State == proxy.Ready:
		return fmt.Sprintf("server %s %s", serverName(slot), server.Address)
	}
	return fmt.Sprintf("server %s %s disabled # %s", serverName(slot), server.Address, server.State)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
