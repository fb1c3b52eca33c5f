// Package port is the port block: a front door that the edge keeps open across every release.
package port

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/hashicorp/hcl/v2"
)

// Kind is the port block.
type Kind struct{}

// Schema describes the block.
func (Kind) Schema() *schema.Block {
	return &schema.Block{Name: "port", Label: "name", Resource: true,
		Doc: "A front door that HAProxy serves, and that outlives every release.",
		Args: []schema.Arg{
			{Name: "listen", Type: schema.Whole(1, 65535), Required: true, Change: schema.ProxyOnly, Doc: "The port of the engine's machine to listen on."},
			{Name: "address", Type: schema.Str(), Change: schema.ProxyOnly, Doc: "The address to listen on; all of the machine's without it, IPv6 too. To expressions, of an internal port, NAME:NUMBER at which the recipe's containers reach it."},
			{Name: "mode", Type: schema.OneOf("http", "tcp"), Default: `"http"`, Change: schema.ProxyOnly, Doc: "What the proxy understands of the traffic: HTTP, or connections alone."},
			{Name: "trusted", Type: schema.ListOf(schema.Str()), Change: schema.ProxyOnly, Doc: "Networks or addresses of proxies before the edge, whose X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host and Forwarded are believed and passed on. Those of everybody else are taken off."},
			{Name: "redirect", Type: schema.RefTo("port"), Change: schema.ProxyOnly, Doc: "The port over TLS, port.https, to which requests for the hosts of its routes are redirected with status 308: to the same host, path and query. Routes of the port itself with longer paths go on leading to services."},
			{Name: "internal", Type: schema.Boolean(), Change: schema.ProxyOnly, Doc: "Keeps the port to who is on a network of this recipe: it listens on the gateways of the networks, and nowhere else. Containers reach it as port.NAME.address, so that their calls switch as losslessly as those from outside."},
		},
		Blocks: []schema.Block{tlsBlock(), {Name: "route", Doc: "Leads requests to a service. A port has one at least, unless it redirects.", Args: []schema.Arg{
			{Name: "host", Type: schema.Str(), Change: schema.ProxyOnly, Doc: "The host name that requests must be for; any without it. In tcp mode whom clients ask for over TLS, which is passed on as it is unless the port has a tls block."},
			{Name: "path", Type: schema.Str(), Default: `"/"`, Change: schema.ProxyOnly, Doc: "The path prefix, on segment borders; the longest that matches counts."},
			{Name: "to", Type: schema.PortOf("service"), Required: true, Change: schema.ProxyOnly, Doc: "A service's named port."},
			{Name: "max_body", Type: schema.Bytes(), Change: schema.ProxyOnly, Doc: "How large a request's body may be; a larger one is answered 413, and one without Content-Length 411. Any size without it."},
		}, Blocks: []schema.Block{{Name: "timeout", Max: 1, Doc: "How long connections may be silent.", Args: []schema.Arg{
			{Name: "server", Type: schema.Dur(), Change: schema.ProxyOnly, Doc: "How long the service may take to answer, and to go on; 5m without it. Then the request is answered 504."},
			{Name: "tunnel", Type: schema.Dur(), Change: schema.ProxyOnly, Doc: "How long a websocket may be silent; 1h without it."},
		}}}}},
		Exports: []schema.Export{{Name: "address", Doc: "Of an internal port NAME:NUMBER, at which the recipe's containers reach it; of another one the argument."}},
	}
}

// Spec is the block as state.Resource.Spec holds it.
type Spec struct {
	Listen   int        `json:"listen"`
	Address  string     `json:"address,omitempty"`
	Mode     proxy.Mode `json:"mode"`
	Internal bool       `json:"internal,omitempty"`
	Trusted  []string   `json:"trusted,omitempty"`
	TLS      *TLS       `json:"tls,omitempty"`
	Redirect *state.Ref `json:"redirect,omitempty"`
	Route    []Route    `json:"route"`
}

// Route is a route block.
type Route struct {
	Host string    `json:"host,omitempty"`
	Path string    `json:"path"`
	To   state.Ref `json:"to"`

	MaxBody int64    `json:"max_body,omitempty"`
	Timeout *Timeout `json:"timeout,omitempty"`
}

// Timeout is a timeout block of a route.
type Timeout struct {
	Server state.Duration `json:"server,omitzero"`
	Tunnel state.Duration `json:"tunnel,omitzero"`
}

// limits are a route's, as the edge has them.
func (r Route) limits() proxy.Limits {
	l := proxy.Limits{MaxBody: r.MaxBody}
	if r.Timeout != nil {
		l.Server, l.Tunnel = r.Timeout.Server.Std(), r.Timeout.Tunnel.Std()
	}
	return l
}

var (
	hostPattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)
	pathPattern = regexp.MustCompile(`^/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*$`)
)

// Validate finds routes that lead nowhere or twice to the same place.
func (Kind) Validate(r *state.Resource, d *state.Desired) hcl.Diagnostics {
	var s Spec
	if err := json.Unmarshal(r.Spec, &s); err != nil {
		return hcl.Diagnostics{diag.FromError(diag.Internal, err, &r.Range)}
	}
	var diags hcl.Diagnostics
	fail := func(path, summary, format string, args ...any) {
		diags = append(diags, diag.Errorf(diag.InvalidValue, r.At(path), summary, format, args...))
	}
	if s.Internal && s.Address != "" {
		fail("address", "Two places to listen", "An internal port listens on the gateways of the recipe's networks; leave address out, or internal.")
	} else if s.Address != "" {
		if _, err := netip.ParseAddr(s.Address); err != nil {
			fail("address", "Not an address", "%q is not an IP address to listen on.", s.Address)
		}
	}
	if s.Mode == proxy.TCP && slices.ContainsFunc(s.Route, func(r Route) bool { return r.Path != "/" }) {
		fail("mode", "No paths in tcp mode", "A port in tcp mode sees no paths; give its routes nothing but to, and a host where clients name one over TLS.")
	}
	validateSettings(s, fail)
	validateRedirect(s, d, fail)
	if s.Redirect == nil && len(s.Route) == 0 {
		diags = append(diags, diag.Errorf(diag.TooFewBlocks, &r.Range, "Missing block",
			"%s leads nowhere: a \"port\" block needs a \"route\" block, or the port that it redirects to.", r.Addr))
	}
	diags = append(diags, validateTLS(r, s)...)
	seen := map[string]bool{}
	for i, route := range s.Route {
		at := fmt.Sprintf("route.%d.", i)
		if route.Host != "" && !hostPattern.MatchString(strings.ToLower(route.Host)) {
			fail(at+"host", "Not a host name", "%q is not a host name; write one like shop.example.com, without scheme and port.", route.Host)
		}
		if !pathPattern.MatchString(route.Path) {
			fail(at+"path", "Not a path", "%q is not a path; write one that begins with /, without query.", route.Path)
		}
		key := strings.ToLower(route.Host) + strings.TrimSuffix(route.Path, "/")
		if seen[key] {
			fail(at+"path", "Two routes for the same requests", "An earlier route of %s takes the same host and path already.", r.Addr)
		}
		seen[key] = true
	}
	return diags
}

var _ kind.Together = Kind{}

// ValidateTogether finds blocks that listen on one number.
func (Kind) ValidateTogether(ports []*state.Resource, _ *state.Desired) hcl.Diagnostics {
	var diags hcl.Diagnostics
	first := map[int]addr.Addr{}
	for _, r := range ports {
		var s Spec
		if json.Unmarshal(r.Spec, &s) != nil {
			continue // Validate has said so
		}
		other, taken := first[s.Listen]
		if !taken {
			first[s.Listen] = r.Addr
			continue
		}
		diags = append(diags, diag.Errorf(diag.InvalidValue, &r.Range, "Two ports listen on one number",
			"%s and %s both listen on %d; write their routes into one block, or give one another number.", other, r.Addr, s.Listen))
	}
	return diags
}

// Service is the edge's name for a service's named port.
func Service(r state.Recipe, to state.Ref) string {
	a, err := addr.Parse(to.Addr)
	if err != nil {
		return ""
	}
	return r.Moved.Named(a).Short() + "." + to.Port
}

// Site gives the ports that a recipe wants of the edge, ordered by number. All is all that the recipe wants, where d is
// a part of it: internal ports are open to its containers on all of its networks.
func Site(d, all *state.Desired, o *state.Observed) []proxy.Port {
	gateways := sync.OnceValue(func() string { return internalAddress(all, o) })
	var ports []proxy.Port
	for _, r := range d.Resources {
		var s Spec
		if r.Addr.Kind != "port" || json.Unmarshal(r.Spec, &s) != nil {
			continue
		}
		p := proxy.Port{Name: d.Recipe.Moved.Named(r.Addr).Short(), Listen: s.Listen, Address: s.Address, Mode: s.Mode, Trusted: slices.Clone(s.Trusted), TLS: s.tls(r)}
		if s.Internal {
			if p.Address = gateways(); p.Address == "" {
				continue // nothing would mean every address; Diff says so
			}
		}
		for _, route := range s.Route {
			p.Routes = append(p.Routes, proxy.Route{Host: strings.ToLower(route.Host), Path: route.Path, Service: Service(d.Recipe, route.To), Limits: route.limits()})
		}
		p.Routes = append(p.Routes, redirects(s, all)...)
		ports = append(ports, p)
	}
	return proxy.Site{Ports: ports}.Normal().Ports
}

// Served gives, by service address, the names of its ports that stand behind the edge, and their mode.
func Served(d *state.Desired) map[string]map[string]proxy.Mode {
	served := map[string]map[string]proxy.Mode{}
	for _, r := range d.Resources {
		var s Spec
		if r.Addr.Kind != "port" || json.Unmarshal(r.Spec, &s) != nil {
			continue
		}
		for _, route := range s.Route {
			if served[route.To.Addr] == nil {
				served[route.To.Addr] = map[string]proxy.Mode{}
			}
			served[route.To.Addr][route.To.Port] = s.Mode
		}
	}
	return served
}
