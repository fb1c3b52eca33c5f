package haproxy

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// renderPort writes a port's frontend, which knows no recipe but by the names of headers and cookies that it looks at.
// In HTTP mode the key is made from the request, in TCP mode it is the one key that there is; what follows is the
// same draw.
func renderPort(p proxy.Port, names proxy.Names, o Options) []byte {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%s", header)
	line("")
	line("frontend %s from %s", frontendName(p), p.Mode)
	line("    bind %s%s", bind(p, o.IPv6), tls(p))
	line("    %s", handedOver(p, o))
	if p.Internal() {
		line("    tcp-request connection reject if !{ src %s } !%s", strings.Join(texts(p.Networks()), " "), isHandedOver)
	}
	for _, directive := range logging(p.Mode) {
		line("    %s", directive)
	}
	for _, rule := range rules(p, names) {
		line("    %s", rule)
	}
	line("    use_backend %s if %s", successorName(p), late)
	line("    use_backend %%[var(txn.backend)]")
	for _, said := range successorBackend(p, o) {
		line("%s", said)
	}
	return []byte(b.String())
}

// bind is the address part of a bind line.
func bind(p proxy.Port, ipv6 bool) string {
	switch {
	case p.Internal():
		var at []string
		for _, address := range p.Binds() {
			at = append(at, fmt.Sprintf("%s:%d", address, p.Listen))
		}
		return strings.Join(at, ",") + " transparent" // which binds addresses that are not there, too
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

// tls is the rest of a bind line. Without a certificate for the name that a client asks for there is no connection.
func tls(p proxy.Port) string {
	if p.TLS == nil {
		return ""
	}
	return " ssl crt-list " + certList(p) + " strict-sni"
}

func texts(networks []netip.Prefix) []string {
	var all []string
	for _, n := range networks {
		all = append(all, n.Masked().String())
	}
	return all
}

// rules choose a backend.
func rules(p proxy.Port, names proxy.Names) []string {
	lookup := fmt.Sprintf("set-var(txn.route) var(txn.key),map_beg(%s)", portMap(p))
	if p.Mode == proxy.TCP {
		return slices.Concat(waiting(p, names), around("tcp-request content", p.Mode, named(p, names, lookup), slices.Concat(handOver(p.Mode), draw(), side())))
	}
	return append(around("http-request", p.Mode, append(handOver(p.Mode),
		"set-var(txn.host) req.hdr(host),host_only,lower,rtrim(.)",
		"set-var(txn.path) path",
		"set-var-fmt(txn.key) %[var(txn.host)]%[path]/",
		lookup,
		"set-var-fmt(txn.key) *%[path]/ unless { var(txn.route) -m found }",
		lookup+" unless { var(txn.route) -m found }",
		`return status 404 content-type text/plain string "No route leads from this host and path to an app.\n" unless { var(txn.route) -m found }`,
	), slices.Concat(handOver(p.Mode), redirects(names), forwarded(p, names), bodies(names), draw(), lead(names), side(), keep(names))), answers(names)...)
}

// named are the actions that find the route of a connection: by the name that the client asks for over TLS, where some
// route looks at that, and by none.
func named(p proxy.Port, names proxy.Names, lookup string) []string {
	whoever := []string{"set-var(txn.key) str(*/)", lookup}
	if !names.SNI {
		return whoever
	}
	asked := []string{"set-var(txn.host) req.ssl_sni,lower if { req.ssl_hello_type 1 }"}
	if p.TLS != nil {
		asked = []string{"set-var(txn.host) ssl_fc_sni,lower", "set-var(txn.host) fc_pp_authority,lower if " + isHandedOver}
	}
	return slices.Concat(asked, handOver(p.Mode), []string{
		"set-var-fmt(txn.key) %[var(txn.host)]/",
		lookup,
		"set-var(txn.key) str(*/) unless { var(txn.route) -m found }",
		lookup + " unless { var(txn.route) -m found }",
		"reject unless { var(txn.route) -m found }",
	})
}

// waiting is how long a client may take to name whom it asks for, where somebody else decrypts. Holding takes longer.
func waiting(p proxy.Port, names proxy.Names) []string {
	if !names.SNI || p.TLS != nil {
		return nil
	}
	return []string{"tcp-request inspect-delay 10s"}
}

// redirects are the actions that lead requests to the same URL over TLS. Who names no host cannot be told where that is.
func redirects(names proxy.Names) []string {
	if !names.Redirects {
		return nil
	}
	return []string{
		"set-var(txn.port) var(txn.route),field(2,|)",
		`return status 400 content-type text/plain string "A request has to name its host here.\n" if { var(txn.port) -m beg : } !{ var(txn.host) -m len gt 0 }`,
		"redirect code 308 location https://%[var(txn.host)]%[pathq] if { var(txn.port) -m str :443 }",
		"redirect code 308 location https://%[var(txn.host)]%[var(txn.port)]%[pathq] if { var(txn.port) -m beg : }",
	}
}

// around has requests that found their route wait where their group is held, before they choose.
func around(prefix string, mode proxy.Mode, lookup, choose []string) []string {
	found := append(lookup, "set-var(txn.group) var(txn.route),field(1,|)")
	return slices.Concat(prefixed(prefix, found), hold(mode), prefixed(prefix, choose))
}

// draw are the actions that turn a route's value into a side. rand(100) minus the percentage is below 0 in exactly
// percentage of 100 cases: never at 0, always at 100. The number is drawn apart from the condition: in a condition, one
// that may change is waited for while a connection's content may be inspected.
func draw() []string {
	return []string{
		fmt.Sprintf("set-var(txn.percent) var(txn.group),map_str_int(%s,0)", liveMap),
		"set-var(txn.side) str(a)",
		"set-var(txn.draw) rand(100)",
		"set-var(txn.side) str(b) if { var(txn.draw),sub(txn.percent) lt 0 }",
	}
}

// lead are the actions by which what a request carries chooses its side: a map says to which one a value leads, if to
// any, since an action whose value is not found changes nothing. Cookies that keep a client with a release come first,
// so that what is asked for by name wins.
func lead(names proxy.Names) []string {
	var lines []string
	look := func(kind, name, fetch string) {
		lines = append(lines,
			fmt.Sprintf("set-var-fmt(txn.match) %%[var(txn.group)]|%s|%s|%%[%s] if { %s -m found }", kind, name, fetch, fetch),
			fmt.Sprintf("set-var(txn.side) var(txn.match),map(%s) if { %s -m found }", matchMap, fetch))
	}
	for _, name := range names.Sticky {
		look("cookie", name, "req.cook("+name+")")
	}
	for _, name := range names.Headers {
		look("header", name, "req.fhdr("+name+")")
	}
	for _, name := range names.Cookies {
		look("cookie", name, "req.cook("+name+")")
	}
	return lines
}

// side are the actions that turn a side into a backend. The first two are the failover; where no side has a usable
// server the request stays with the chosen one, which answers 503.
func side() []string {
	return []string{
		"set-var-fmt(txn.a) %[var(txn.route),field(2,|)].a",
		"set-var-fmt(txn.b) %[var(txn.route),field(2,|)].b",
		"set-var(txn.side) str(a) if { var(txn.b),nbsrv eq 0 } { var(txn.a),nbsrv gt 0 }",
		"set-var(txn.side) str(b) if { var(txn.a),nbsrv eq 0 } { var(txn.b),nbsrv gt 0 }",
		"set-var-fmt(txn.backend) %[var(txn.route),field(2,|)].%[var(txn.side)]",
		fmt.Sprintf("set-var(txn.release) var(txn.backend),map(%s),field(2,/)", releaseMap),
	}
}

// keep are the actions that find the cookie by which a client is to stay with its release, unless it has that cookie;
// there is one only while a switch of a sticky group is under way.
func keep(names proxy.Names) []string {
	if len(names.Sticky) == 0 {
		return nil
	}
	lines := []string{
		"set-var-fmt(txn.stay) %[var(txn.group)]|%[var(txn.side)]",
		fmt.Sprintf("set-var(txn.cookie) var(txn.stay),map(%s)", stickyMap),
	}
	for _, name := range names.Sticky {
		lines = append(lines,
			fmt.Sprintf("set-var-fmt(txn.has) %s=%%[req.cook(%s)]", name, name),
			"unset-var(txn.cookie) if { var(txn.has),strcmp(txn.cookie) eq 0 }")
	}
	return lines
}

// answers set that cookie. It has no age, so that it ends with the browser's session, and has no meaning once the
// switch is over.
func answers(names proxy.Names) []string {
	if len(names.Sticky) == 0 {
		return nil
	}
	return []string{`http-response add-header Set-Cookie "%[var(txn.cookie)]; Path=/; HttpOnly; SameSite=Lax" if { var(txn.cookie) -m found }`}
}

func prefixed(prefix string, lines []string) []string {
	for i := range lines {
		lines[i] = prefix + " " + lines[i]
	}
	return lines
}
