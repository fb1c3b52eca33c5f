package edge

import (
	"slices"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// The changes that steps make to a site, as functions of data: the steps apply them to the edge, and plans
// use them to show what the edge will hold.

// Prepare adds what a PrepareConfig names. A group that no service is in any more is as good as none.
func Prepare(site *proxy.Site, c PrepareConfig) {
	if c.Anew {
		*site = proxy.Site{Recipe: site.Recipe}
	}
	if site.Origin == "" {
		site.Origin = c.Recipe.Origin
	}
	for _, g := range c.Groups {
		have := site.Group(g.Name)
		if have != nil && slices.ContainsFunc(site.Services, func(s proxy.Service) bool { return s.Group == g.Name }) {
			have.Declare(g.Match)
			have.Sticky = g.Sticky
			continue
		}
		Drop(site, DropConfig{Groups: []string{g.Name}})
		site.Groups = append(site.Groups, g)
	}
	for _, s := range c.Services {
		prepareService(site, s)
	}
	for _, p := range c.Ports {
		if !slices.ContainsFunc(site.Ports, func(o proxy.Port) bool { return o.Listen == p.Listen }) {
			site.Ports = append(site.Ports, p)
		}
	}
}

func prepareService(site *proxy.Site, s PrepareService) {
	have := site.Service(s.Name)
	if have == nil {
		site.Services = append(site.Services, proxy.Service{Name: s.Name})
		have = &site.Services[len(site.Services)-1]
	}
	have.Group, have.Mode = s.Group, s.Mode
	if len(s.Backend.Servers) == 0 {
		return // nobody takes over from what stands there
	}
	side := have.Side(s.Side)
	backend := s.Backend
	backend.Servers = slices.Clone(backend.Servers)
	for i := range backend.Servers {
		if was := side.Server(backend.Servers[i].Slot); was != nil && was.Address == backend.Servers[i].Address {
			backend.Servers[i].State = was.State
		}
	}
	for _, was := range side.Servers { // what still serves stays until its own step drains it
		if was.State != proxy.Maint && backend.Server(was.Slot) == nil {
			backend.Servers = append(backend.Servers, was)
		}
	}
	*side = backend
}

// Shift makes servers ready and says which of a group's requests go where, at a time. What stood by on the side that gets
// traffic by it does so no longer, and nothing of the group waits any more.
func Shift(site *proxy.Site, c ShiftConfig, now time.Time) {
	SetState(site, c.Ready, proxy.Ready)
	g := site.Group(c.Group)
	if g == nil {
		return
	}
	if g.Percent != c.Percent {
		g.Standby = time.Time{}
	}
	g.Percent, g.Switch, g.Until = c.Percent, nil, 0
	g.Lead(c.To, c.Match)
	if c.Switch != nil {
		s := *c.Switch
		s.Since = now
		g.Switch = &s
	}
}

// Ended notes that a group's switchover is over.
func Ended(site *proxy.Site, group string) {
	if g := site.Group(group); g != nil {
		g.Switch = nil
	}
}

// SetState gives servers a state. Those that are not there have none.
func SetState(site *proxy.Site, servers []proxy.ServerID, state proxy.State) {
	for _, id := range servers {
		if s := site.Service(id.Service); s != nil {
			if server := s.Side(id.Side).Server(id.Slot); server != nil {
				server.State = state
			}
		}
	}
}

// Route sets ports, and the maintenance page that they have at hand.
func Route(site *proxy.Site, c RoutesConfig) {
	site.Ports, site.Maintenance = slices.Clone(c.Ports), c.Maintenance
	site.Down = site.Down && c.Maintenance != nil
}

// Drop takes groups and services off.
func Drop(site *proxy.Site, c DropConfig) {
	site.Services = slices.DeleteFunc(site.Services, func(s proxy.Service) bool { return slices.Contains(c.Services, s.Name) })
	site.Groups = slices.DeleteFunc(site.Groups, func(g proxy.Group) bool { return slices.Contains(c.Groups, g.Name) })
}

// Reset puts a group back as it was. Nothing of it waits any more.
func Reset(site *proxy.Site, c ResetConfig) {
	site.Ports = slices.DeleteFunc(site.Ports, func(p proxy.Port) bool { return slices.Contains(c.NewPorts, p.Listen) })
	drop := DropConfig{Services: c.Added}
	now := site.Clone()
	for _, before := range c.Services {
		if s := site.Service(before.Name); s != nil {
			*s = before
		} else {
			site.Services = append(site.Services, before)
		}
	}
	for _, id := range c.Left {
		if was := findServer(&now, id); was != nil {
			SetState(site, []proxy.ServerID{id}, was.State)
		}
	}
	stands := slices.ContainsFunc(c.Left, func(id proxy.ServerID) bool {
		s := findServer(&now, id)
		return s != nil && s.State == proxy.Ready
	})
	switch g := site.Group(c.Group); {
	case c.Before == nil:
		drop.Groups = []string{c.Group}
	case g == nil:
		before := *c.Before
		before.Until = 0
		site.Groups = append(site.Groups, before)
	default:
		if *g = *c.Before; len(c.Left) > 0 && !stands {
			g.Standby = time.Time{}
		}
		g.Until = 0
	}
	Drop(site, drop)
}

// Wait is a group whose switchover is paused: both sides serve.
func Wait(site *proxy.Site, c ShiftConfig, side proxy.Side, services []PrepareService) {
	Shift(site, c, time.Time{})
	for _, p := range services {
		if s := site.Service(p.Name); s != nil {
			b := s.Side(side)
			b.Servers = slices.Clone(p.Backend.Servers)
			for i := range b.Servers {
				b.Servers[i].State = proxy.Ready
			}
		}
	}
}

// Settle is a group after its switch: all traffic on one side, whose servers are ready, and of the other those that
// stand by; the rest is in maint. Since when they do no plan knows: it is some time.
func Settle(site *proxy.Site, group string, side proxy.Side, services []PrepareService, standby []proxy.ServerID) {
	if g := site.Group(group); g != nil {
		g.Percent, g.Switch, g.Until, g.Standby = 0, nil, 0, time.Time{}
		if side == proxy.B {
			g.Percent = 100
		}
		g.Lead("", nil)
		if len(standby) > 0 {
			g.Standby = time.Unix(0, 0)
		}
	}
	defer SetState(site, standby, proxy.Ready)
	for _, p := range services {
		s := site.Service(p.Name)
		if s == nil {
			continue
		}
		b := s.Side(side)
		b.Servers = slices.Clone(p.Backend.Servers)
		for i := range b.Servers {
			b.Servers[i].State = proxy.Ready
		}
		old := s.Side(side.Other())
		for i := range old.Servers {
			old.Servers[i].State = proxy.Maint
		}
	}
}
