package proxy

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Clone is a copy that shares nothing with s.
func (s Site) Clone() Site {
	s.Ports = slices.Clone(s.Ports)
	for i := range s.Ports {
		s.Ports[i].Routes = slices.Clone(s.Ports[i].Routes)
		s.Ports[i].Trusted = slices.Clone(s.Ports[i].Trusted)
		s.Ports[i].TLS = s.Ports[i].TLS.clone()
	}
	s.Groups = slices.Clone(s.Groups)
	for i := range s.Groups {
		s.Groups[i].Match = slices.Clone(s.Groups[i].Match)
		s.Groups[i].Switch = s.Groups[i].Switch.clone()
	}
	s.Services = slices.Clone(s.Services)
	for i := range s.Services {
		s.Services[i].A = s.Services[i].A.clone()
		s.Services[i].B = s.Services[i].B.clone()
	}
	s.Maintenance = s.Maintenance.clone()
	return s
}

func (b Backend) clone() Backend {
	if b.Check != nil {
		check := *b.Check
		b.Check = &check
	}
	b.Servers = slices.Clone(b.Servers)
	return b
}

// Normal is a copy of s in the one form that files hold, so that equal meanings compare equal: lists in
// their order and nil when empty, hosts in lower case, paths with a leading slash and without a trailing
// one, periods in whole milliseconds, times in whole seconds, and that of a standby only while there is one.
func (s Site) Normal() Site {
	s = s.Clone()
	for i := range s.Ports {
		s.Ports[i] = s.Ports[i].normal()
	}
	for i := range s.Groups {
		s.Groups[i] = s.Groups[i].normal()
		s.Groups[i].Switch.normal()
	}
	for i := range s.Services {
		for _, side := range []Side{A, B} {
			backend := s.Services[i].Side(side)
			*backend = backend.normal()
		}
	}
	for i := range s.Groups {
		s.Groups[i].Standby = s.standby(s.Groups[i].Name)
	}
	slices.SortFunc(s.Ports, func(a, b Port) int {
		return cmp.Or(cmp.Compare(a.Listen, b.Listen), cmp.Compare(a.Address, b.Address))
	})
	slices.SortFunc(s.Groups, func(a, b Group) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(s.Services, func(a, b Service) int { return cmp.Compare(a.Name, b.Name) })
	s.Maintenance = s.Maintenance.normal()
	s.Ports, s.Groups, s.Services = orNil(s.Ports), orNil(s.Groups), orNil(s.Services)
	return s
}

func (p Port) normal() Port {
	for i := range p.Routes {
		route := &p.Routes[i]
		route.Host = strings.TrimSuffix(strings.ToLower(route.Host), ".")
		route.Path = "/" + strings.Trim(route.Path, "/")
		route.Limits = route.Limits.normal()
	}
	for i := range p.Trusted {
		p.Trusted[i] = shortest(p.Trusted[i])
	}
	slices.Sort(p.Trusted)
	p.Trusted = orNil(p.Trusted)
	p.TLS.normal()
	slices.SortFunc(p.Routes, func(a, b Route) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Path, b.Path))
	})
	p.Routes = orNil(p.Routes)
	return p
}

func (g Group) normal() Group {
	for i := range g.Match {
		g.Match[i].Header = strings.ToLower(g.Match[i].Header)
	}
	slices.SortFunc(g.Match, compareMatches)
	g.Match = orNil(g.Match)
	return g
}

func (b Backend) normal() Backend {
	if len(b.Servers) == 0 {
		return Backend{}
	}
	if b.Check != nil {
		b.Check.Interval = b.Check.Interval.Truncate(time.Millisecond)
		b.Check.Timeout = b.Check.Timeout.Truncate(time.Millisecond)
	}
	slices.SortFunc(b.Servers, func(x, y Server) int { return cmp.Compare(x.Slot, y.Slot) })
	return b
}

func orNil[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

// Empty tells whether nothing of the site would stand on an edge.
func (s Site) Empty() bool {
	return len(s.Ports) == 0 && len(s.Groups) == 0 && len(s.Services) == 0 && s.Maintenance == nil
}

// Service finds a service by name, nil if there is none.
func (s *Site) Service(name string) *Service {
	for i := range s.Services {
		if s.Services[i].Name == name {
			return &s.Services[i]
		}
	}
	return nil
}

// Group finds a group by name, nil if there is none.
func (s *Site) Group(name string) *Group {
	for i := range s.Groups {
		if s.Groups[i].Name == name {
			return &s.Groups[i]
		}
	}
	return nil
}

// Server finds the server of a slot, nil if the slot is free.
func (b *Backend) Server(slot int) *Server {
	for i := range b.Servers {
		if b.Servers[i].Slot == slot {
			return &b.Servers[i]
		}
	}
	return nil
}
