package haproxy

import (
	"fmt"
	"strings"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// forwarded are the actions that say to an app whom the edge had a request from. What a client says of that itself is
// taken off, unless it is a proxy before the edge that the route's recipe trusts: then it is passed on, with the
// address of that proxy added to X-Forwarded-For.
func forwarded(p proxy.Port, names proxy.Names) []string {
	var lines []string
	scheme := "http"
	if p.TLS != nil {
		scheme = "https"
	}
	unless := ""
	for _, trusted := range names.Trusted {
		recipe, network, _ := strings.Cut(trusted, " ")
		lines = append(lines, fmt.Sprintf("set-var(txn.trusted) bool(true) if { var(txn.group) -m beg %s/ } { src %s }", recipe, network))
	}
	if len(lines) > 0 {
		unless = " unless { var(txn.trusted) -m bool }"
	}
	// With an underscore a header is another one to a proxy, and the same to many apps.
	return append(lines,
		"del-header ^x[-_]forwarded[-_] -m reg"+unless,
		"del-header Forwarded"+unless,
		"set-header X-Forwarded-Proto "+scheme+" unless { req.hdr(X-Forwarded-Proto) -m found }",
		"set-header X-Forwarded-Host %[req.hdr(host)] unless { req.hdr(X-Forwarded-Host) -m found }",
		"add-header X-Forwarded-For %[src]")
}

// bodies are the actions that refuse bodies larger than their route takes, before any of it is read: by what a request
// says of its size, so one that says nothing is refused too.
func bodies(names proxy.Names) []string {
	if !names.Bodies {
		return nil
	}
	return []string{
		"set-var(txn.body) var(txn.route),field(5,|),add(0)",
		`return status 411 content-type text/plain string "The size of the body has to be told here: Content-Length is missing.\n" if { var(txn.body) -m int gt 0 } { req.hdr(transfer-encoding) -m found }`,
		`return status 413 content-type text/plain string "The body is larger than is taken here.\n" if { var(txn.body) -m int gt 0 } { req.hdr(content-length),sub(txn.body) gt 0 }`,
	}
}

// timeouts are the lines by which a backend takes a route's own: there are some where a route to it has any.
func timeouts(site *proxy.Site, s *proxy.Service) []string {
	var server, tunnel bool
	for _, p := range site.Ports {
		for _, r := range p.Routes {
			server = server || r.Service == s.Name && r.Server > 0
			tunnel = tunnel || r.Service == s.Name && r.Tunnel > 0
		}
	}
	var lines []string
	if server {
		lines = append(lines, "http-request set-timeout server var(txn.route),field(3,|) if { var(txn.route),field(3,|),add(0) gt 0 }")
	}
	if tunnel {
		lines = append(lines, "http-request set-timeout tunnel var(txn.route),field(4,|) if { var(txn.route),field(4,|),add(0) gt 0 }")
	}
	return lines
}
