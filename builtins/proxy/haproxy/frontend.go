package haproxy

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// renderPort writes a port's frontend, which knows no recipe. In HTTP mode the key is made from the
// request, in TCP mode it is the one key that there is; what follows is the same draw.
func renderPort(p proxy.Port, ipv6 bool) []byte {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%s", header)
	line("")
	line("frontend %s from %s", frontendName(p), p.Mode)
	line("    bind %s", bind(p, ipv6))
	for _, rule := range rules(p) {
		line("    %s", rule)
	}
	line("    use_backend %%[var(txn.backend)]")
	return []byte(b.String())
}

// bind is the address part of a bind line.
func bind(p proxy.Port, ipv6 bool) string {
	switch {
	case p.Address != "":
		address, err := netip.ParseAddr(p.Address)
		if err == nil && address.Is6() {
			return fmt.Sprintf("[%s]:%d", p.Address, p.Listen)
		}
		return fmt.Sprintf("%s:%d", p.Address, p.Listen)
	case ipv6:
		return fmt.Sprintf(":::%d v4v6", p.Listen)
	}
	return fmt.Sprintf(":%d", p.Listen)
}

// rules choose a backend. X-Forwarded-Proto is left alone where a TLS terminator before the edge set it.
func rules(p proxy.Port) []string {
	lookup := fmt.Sprintf("set-var(txn.route) var(txn.key),map_beg(%s)", portMap(p))
	if p.Mode == proxy.TCP {
		return prefixed("tcp-request content", append([]string{
			"set-var(txn.key) str(*/)",
			lookup,
		}, draw()...))
	}
	return prefixed("http-request", append([]string{
		"set-header X-Forwarded-Proto http unless { req.hdr(X-Forwarded-Proto) -m found }",
		"set-var(txn.host) req.hdr(host),host_only,lower,rtrim(.)",
		"set-var-fmt(txn.key) %[var(txn.host)]%[path]/",
		lookup,
		"set-var-fmt(txn.key) *%[path]/ unless { var(txn.route) -m found }",
		lookup + " unless { var(txn.route) -m found }",
		`return status 404 content-type text/plain string "No route leads from this host and path to an app.\n" unless { var(txn.route) -m found }`,
	}, draw()...))
}

// draw are the actions that turn a route's value into a backend. rand(100) minus the percentage is below 0
// in exactly percentage of 100 cases: never at 0, always at 100. The last two are the failover; where no
// side has a usable server the request stays with the chosen one, which answers 503.
func draw() []string {
	return []string{
		fmt.Sprintf("set-var(txn.percent) var(txn.route),field(1,|),map_str_int(%s,0)", liveMap),
		"set-var-fmt(txn.a) %[var(txn.route),field(2,|)].a",
		"set-var-fmt(txn.b) %[var(txn.route),field(2,|)].b",
		"set-var(txn.backend) var(txn.a)",
		"set-var(txn.backend) var(txn.b) if { rand(100),sub(txn.percent) lt 0 }",
		"set-var(txn.backend) var(txn.a) if { var(txn.b),nbsrv eq 0 } { var(txn.a),nbsrv gt 0 }",
		"set-var(txn.backend) var(txn.b) if { var(txn.a),nbsrv eq 0 } { var(txn.b),nbsrv gt 0 }",
	}
}

func prefixed(prefix string, lines []string) []string {
	for i := range lines {
		lines[i] = prefix + " " + lines[i]
	}
	return lines
}
