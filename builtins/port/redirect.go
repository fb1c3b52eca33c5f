package port

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
)

// target is the port that a port redirects to.
func target(s Spec, d *state.Desired) (to Spec, found bool) {
	if s.Redirect == nil || d == nil {
		return to, false
	}
	a, err := addr.Parse(s.Redirect.Addr)
	if err != nil {
		return to, false
	}
	r := d.Find(a)
	return to, r != nil && json.Unmarshal(r.Spec, &to) == nil
}

// redirects are the routes by which a port leads to another one over TLS: one for each host that is served there, unless
// the port leads all of that host somewhere itself.
func redirects(s Spec, all *state.Desired) []proxy.Route {
	to, found := target(s, all)
	if !found {
		return nil
	}
	var routes []proxy.Route
	for _, route := range to.Route {
		host := strings.ToLower(route.Host)
		own := slices.ContainsFunc(s.Route, func(r Route) bool { return strings.ToLower(r.Host) == host && strings.Trim(r.Path, "/") == "" })
		known := slices.ContainsFunc(routes, func(r proxy.Route) bool { return r.Host == host })
		if !own && !known {
			routes = append(routes, proxy.Route{Host: host, Path: "/", Redirect: to.Listen})
		}
	}
	return routes
}

// validateRedirect finds redirects that lead nowhere, or in a circle, and ports that do nothing.
func validateRedirect(s Spec, d *state.Desired, fail func(path, summary, format string, args ...any)) {
	if s.Redirect == nil {
		return // one without a route is found beside
	}
	to, found := target(s, d)
	switch {
	case s.Mode == proxy.TCP:
		fail("redirect", "No redirects in tcp mode", "A port in tcp mode sees no requests that it could answer. Remove redirect, or use mode = \"http\".")
	case s.TLS != nil:
		fail("redirect", "A redirect from TLS", "The port speaks TLS, and redirects are for those who do not yet. Remove redirect, or tls.")
	case found && (to.TLS == nil || to.Mode == proxy.TCP):
		fail("redirect", "A redirect to no TLS", "%s does not speak TLS in http mode, so a browser that is led there finds nobody. Give it a tls block.", s.Redirect.Addr)
	}
}
