package proxy

import "fmt"

// Claims checks a site against the sites of the other recipes, all in normal form. It returns ErrClaimed
// with the names of both recipes where two want the same route of a port, one port in two modes, with TLS and without,
// or in tcp mode twice without a host, one port on every address and on one of them, or names that come out as one backend.
func Claims(site Site, others []Site) error {
	for _, other := range others {
		if other.Recipe == site.Recipe {
			continue
		}
		for _, p := range site.Ports {
			for _, q := range other.Ports {
				if err := p.claims(q); err != nil {
					return fmt.Errorf("%w: recipe %s wants %w, which recipe %s has", ErrClaimed, site.Recipe, err, other.Recipe)
				}
			}
		}
		for _, service := range site.Services {
			for _, has := range other.Services {
				if name := site.Recipe + "." + service.Name; name == other.Recipe+"."+has.Name {
					return fmt.Errorf("%w: recipes %s and %s both have a backend named %s", ErrClaimed, site.Recipe, other.Recipe, name)
				}
			}
		}
	}
	return nil
}

// claims returns what p wants of what q has, as an error, nil if they go together.
func (p Port) claims(q Port) error {
	switch {
	case !overlap(p, q):
		return nil
	case p.Mode != q.Mode:
		return fmt.Errorf("port %d in %s mode (not %s)", p.Listen, p.Mode, q.Mode)
	case p.Address != q.Address:
		return fmt.Errorf("port %d on %s (not %s)", p.Listen, p.addresses(), q.addresses())
	case (p.TLS == nil) != (q.TLS == nil):
		return fmt.Errorf("port %d %s", p.Listen, p.encryption())
	}
	for _, route := range p.Routes {
		for _, has := range q.Routes {
			if route.Host == has.Host && route.Path == has.Path {
				if p.Mode == TCP && route.Host == "" {
					return fmt.Errorf("port %d in tcp mode", p.Listen)
				}
				host := route.Host
				if host == "" {
					host = "any host"
				}
				return fmt.Errorf("port %d, %s, path %s", p.Listen, host, route.Path)
			}
		}
	}
	return nil
}

func (p Port) encryption() string {
	if p.TLS == nil {
		return "without TLS (not with it)"
	}
	return "with TLS (not without it)"
}

func (p Port) addresses() string {
	if p.Address == "" {
		return "every address"
	}
	return p.Address
}

// InUse checks that no slot changes its address but one that was in maint: a server's counters belong to
// its slot, so the requests of the old address could not be told from those of the new.
func InUse(before, after Site) error {
	for _, service := range after.Services {
		was := before.Service(service.Name)
		if was == nil {
			continue
		}
		for _, side := range []Side{A, B} {
			for _, server := range service.Side(side).Servers {
				old := was.Side(side).Server(server.Slot)
				if old != nil && old.Address != server.Address && old.State != Maint {
					return fmt.Errorf("%w: %s, service %s, side %s, slot %d is %s with %s and cannot become %s",
						ErrInUse, after.Recipe, service.Name, side, server.Slot, old.State, old.Address, server.Address)
				}
			}
		}
	}
	return nil
}
