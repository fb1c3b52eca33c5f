package proxy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of what a site may hold. They keep a slip from becoming a configuration that no proxy loads.
const (
	MaxSlots  = 1024
	maxName   = 128
	maxText   = 1024
	maxPeriod = time.Hour
)

// Validate reports all that is wrong with a site in its normal form, as ErrInvalid. What it passes holds
// no character that means anything to a configuration or a map file, so drivers need not quote.
func (s Site) Validate() error {
	var v validator
	v.name("recipe", s.Recipe)
	if len(s.Origin) > maxText || !utf8.ValidString(s.Origin) {
		v.add("the origin is longer than %d bytes or not UTF-8", maxText)
	}
	groups := map[string]bool{}
	for _, g := range s.Groups {
		v.name("group", g.Name)
		v.once(groups, "group", g.Name)
		if g.Percent < 0 || g.Percent > 100 {
			v.add("group %s: %d percent is outside 0 to 100", g.Name, g.Percent)
		}
		v.matches(g)
		v.switching(g)
		if g.Until < 0 {
			v.add("group %s: requests cannot wait until %d", g.Name, g.Until)
		}
		if year := g.Standby.UTC().Year(); year > 9999 {
			v.add("group %s: the year %d, since which a side stands by, has more than four digits", g.Name, year)
		}
	}
	services := map[string]bool{}
	for _, service := range s.Services {
		v.once(services, "service", service.Name)
		v.service(service, groups)
	}
	v.maintenance(s)
	ports, bound := map[string]bool{}, map[string]bool{}
	for _, p := range s.Ports {
		v.once(ports, "port", p.Name)
		v.once(bound, "listening port", fmt.Sprint(p.Address, ":", p.Listen))
		v.port(&s, p)
	}
	if len(v.errs) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrInvalid, errors.Join(v.errs...))
}

type validator struct{ errs []error }

func (v *validator) add(format string, args ...any) {
	v.errs = append(v.errs, fmt.Errorf(format, args...))
}

func (v *validator) once(seen map[string]bool, what, name string) {
	if seen[name] {
		v.add("%s %s is there twice", what, name)
	}
	seen[name] = true
}

var (
	typeForm = regexp.MustCompile(`^[a-z]+/[a-z0-9.+-]+(; [a-z]+=[A-Za-z0-9_-]+)*$`)
	nameForm = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
	hostForm = regexp.MustCompile(`^([a-z0-9_.-]+|\[[0-9a-f:.]+\])$`)
	pathForm = regexp.MustCompile(`^/[A-Za-z0-9._~!$&()*+,;=:@%/-]*$`)
	uriForm  = regexp.MustCompile(`^/[A-Za-z0-9._~!$&()*+,;=:@%/?-]*$`)
)

// What a match looks for. A value is one word of a map's line, and has no sign that parts the words of a key.
var (
	headerForm = regexp.MustCompile(`^[a-z0-9-]+$`)
	cookieForm = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
	valueForm  = regexp.MustCompile(`^[A-Za-z0-9_.~:/+=@!*-]+$`)
)

// Valid reports what is wrong with a match whose header is in lower case, nil if nothing is.
func (m Match) Valid() error {
	switch {
	case (m.Header == "") == (m.Cookie == ""):
		return errors.New("a match looks at a header or at a cookie")
	case m.Header != "" && (len(m.Header) > maxName || !headerForm.MatchString(m.Header)):
		return fmt.Errorf("%q is no header's name: only letters, digits and - may be in it, %d at most", m.Header, maxName)
	case m.Cookie != "" && (len(m.Cookie) > maxName || !cookieForm.MatchString(m.Cookie)):
		return fmt.Errorf("%q is no cookie's name: only letters, digits, _, . and - may be in it, %d at most", m.Cookie, maxName)
	case len(m.Value) > maxName || !valueForm.MatchString(m.Value):
		return fmt.Errorf("%q is no value to look for: only letters, digits and _.~:/+=@!*- may be in it, %d at most", m.Value, maxName)
	}
	return nil
}

func (v *validator) matches(g Group) {
	for i, m := range g.Match {
		if err := m.Valid(); err != nil {
			v.add("group %s: %w", g.Name, err)
		}
		if m.To != "" && m.To != A && m.To != B {
			v.add("group %s: %q is not a side", g.Name, m.To)
		}
		if i > 0 && m.same(g.Match[i-1]) {
			v.add("group %s: one value of %s%s is there twice", g.Name, m.Header, m.Cookie)
		}
	}
}

func (v *validator) name(what, name string) {
	if len(name) > maxName || !nameForm.MatchString(name) || strings.Trim(name, ".") == "" {
		v.add("%s name %q: only letters, digits, _, . and - may be in it, %d at most", what, name, maxName)
	}
}

func (v *validator) mode(what, name string, mode Mode) {
	if mode != HTTP && mode != TCP {
		v.add("%s %s: mode %q is neither http nor tcp", what, name, mode)
	}
}

func (v *validator) port(s *Site, p Port) {
	v.name("port", p.Name)
	v.mode("port", p.Name, p.Mode)
	if p.Listen < 1 || p.Listen > 65535 {
		v.add("port %s: %d is outside 1 to 65535", p.Name, p.Listen)
	}
	if !p.validAddress() {
		v.add("port %s: %q is not an IP address in its shortest form, nor are they networks of an internal port in order", p.Name, p.Address)
	}
	for _, other := range s.Ports {
		if other.Listen == p.Listen && other.Name < p.Name && overlap(other, p) && other.Address != p.Address {
			v.add("ports %s and %s both listen on %d, one of them on every address", other.Name, p.Name, p.Listen)
		}
	}
	if p.Mode == TCP && (len(p.Routes) == 0 || slices.ContainsFunc(p.Routes, func(r Route) bool { return r.Path != "/" })) {
		v.add("port %s: a port in tcp mode has routes, without paths", p.Name)
	}
	v.trusted(p)
	v.tls(p)
	keys := map[string]bool{}
	for _, route := range p.Routes {
		v.once(keys, fmt.Sprintf("port %s: route", p.Name), route.Host+route.Path)
		v.route(s, p, route)
		v.limits(p, route)
	}
}

func (v *validator) route(s *Site, p Port, route Route) {
	if route.Host != "" && (len(route.Host) > 253 || !hostForm.MatchString(route.Host)) {
		v.add("port %s: %q is not a host name", p.Name, route.Host)
	}
	if len(route.Path) > maxText || !pathForm.MatchString(route.Path) {
		v.add("port %s: %q is not a path prefix", p.Name, route.Path)
	}
	if route.Redirect != 0 {
		if p.Mode != HTTP || route.Service != "" || route.Limits != (Limits{}) || route.Redirect < 0 || route.Redirect > 65535 {
			v.add("port %s: a route to port %d over TLS leads to nothing else, in http mode alone", p.Name, route.Redirect)
		}
		return
	}
	service := s.Service(route.Service)
	if service == nil {
		v.add("port %s leads to %q, which is no service of the site", p.Name, route.Service)
	} else if service.Mode != p.Mode {
		v.add("port %s is in %s mode and its service %s in %s mode", p.Name, p.Mode, service.Name, service.Mode)
	}
}

func (v *validator) service(service Service, groups map[string]bool) {
	v.name("service", service.Name)
	v.mode("service", service.Name, service.Mode)
	if !groups[service.Group] {
		v.add("service %s belongs to %q, which is no group of the site", service.Name, service.Group)
	}
	for _, side := range []Side{A, B} {
		v.backend(fmt.Sprintf("service %s, side %s", service.Name, side), *service.Side(side))
	}
}

func (v *validator) backend(what string, b Backend) {
	if b.Release != "" {
		v.name(what+": release", b.Release)
	}
	if b.Check != nil {
		v.check(what, *b.Check)
	}
	slots := map[string]bool{}
	for _, server := range b.Servers {
		v.once(slots, what+": slot", fmt.Sprint(server.Slot))
		if server.Slot < 1 || server.Slot > MaxSlots {
			v.add("%s: slot %d is outside 1 to %d", what, server.Slot, MaxSlots)
		}
		if !server.Address.IsValid() || server.Address.Port() == 0 || server.Address.Addr().Zone() != "" || server.Address.Addr().Is4In6() {
			v.add("%s, slot %d: %q is not an address and port", what, server.Slot, server.Address)
		}
		if server.State != Ready && server.State != Draining && server.State != Maint {
			v.add("%s, slot %d: %q is not a state", what, server.Slot, server.State)
		}
	}
}

func (v *validator) check(what string, c Check) {
	if c.Path != "" && (len(c.Path) > maxText || !uriForm.MatchString(c.Path)) {
		v.add("%s: check path %q", what, c.Path)
	}
	if c.Host != "" && (c.Path == "" || len(c.Host) > 253 || !hostForm.MatchString(c.Host)) {
		v.add("%s: check host %q is no host in lower case, or there is no path to ask it for", what, c.Host)
	}
	for _, period := range []time.Duration{c.Interval, c.Timeout} {
		if period < time.Millisecond || period > maxPeriod {
			v.add("%s: %v between or for checks is outside 1ms to %v", what, period, maxPeriod)
		}
	}
	if c.Retries < 1 || c.Retries > 1000 {
		v.add("%s: %d failed checks in a row is outside 1 to 1000", what, c.Retries)
	}
	if c.Port < 0 || c.Port > 65535 {
		v.add("%s: check port %d", what, c.Port)
	}
}
