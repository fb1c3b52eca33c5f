package service

import (
	"net/netip"
	"strings"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// standing finds what stands of a site by what it is looked for, since a site may have thousands of services. While a
// plan is made states change and nothing else, except that groups are turned, after which it is made anew.
type standing struct {
	services map[string]*proxy.Service
	groups   map[string]*proxy.Group
	members  map[string][]*proxy.Service // of groups
	owned    map[string][]*proxy.Service // by the name of the block, without that of the port
	ports    map[int]*proxy.Port         // by what they listen on, whatever their block is called
	places   map[netip.Addr][]proxy.ServerID
}

func newStanding(site *proxy.Site) standing {
	s := standing{services: map[string]*proxy.Service{}, groups: map[string]*proxy.Group{}, members: map[string][]*proxy.Service{},
		owned: map[string][]*proxy.Service{}, ports: portsByNumber(site.Ports), places: map[netip.Addr][]proxy.ServerID{}}
	for i := range site.Groups {
		s.groups[site.Groups[i].Name] = &site.Groups[i]
	}
	for i := range site.Services {
		service := &site.Services[i]
		s.services[service.Name] = service
		s.members[service.Group] = append(s.members[service.Group], service)
		if dot := strings.LastIndexByte(service.Name, '.'); dot > 0 {
			s.owned[service.Name[:dot]] = append(s.owned[service.Name[:dot]], service)
		}
		for _, side := range []proxy.Side{proxy.A, proxy.B} {
			for _, server := range service.Side(side).Servers {
				at := server.Address.Addr()
				s.places[at] = append(s.places[at], proxy.ServerID{Recipe: site.Recipe, Service: service.Name, Side: side, Slot: server.Slot})
			}
		}
	}
	return s
}

func portsByNumber(ports []proxy.Port) map[int]*proxy.Port {
	numbers := make(map[int]*proxy.Port, len(ports))
	for i := range ports {
		if numbers[ports[i].Listen] == nil {
			numbers[ports[i].Listen] = &ports[i]
		}
	}
	return numbers
}

// state is that of a server that stands.
func (s standing) state(id proxy.ServerID) proxy.State {
	return s.services[id.Service].Side(id.Side).Server(id.Slot).State
}
