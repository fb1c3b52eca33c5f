package proxy

import (
	"slices"
	"time"
)

// A side stands by when it has no part of its group's traffic and keeps servers that are ready: whenever the other side
// has no usable server they get the requests, by the same rule that holds for any two sides, and no longer than that.
// What says so is Group.Standby, the time since when. It says nothing once the side has no such server, or gets traffic.

// StandsBy gives the side of a group that stands by, and since when; ok is false where none does.
func (s *Site) StandsBy(group string) (side Side, since time.Time, ok bool) {
	g := s.Group(group)
	if g == nil || g.Standby.IsZero() || g.Switch != nil || g.Split() {
		return "", time.Time{}, false
	}
	side = g.Live().Other()
	for i := range s.Services {
		if service := &s.Services[i]; service.Group == group && service.Side(side).ready() {
			return side, g.Standby, true
		}
	}
	return "", time.Time{}, false
}

func (b *Backend) ready() bool {
	return slices.ContainsFunc(b.Servers, func(s Server) bool { return s.State == Ready })
}

// standby is the time that is kept of a group, in whole seconds; zero where nobody stands by.
func (s *Site) standby(group string) time.Time {
	_, since, ok := s.StandsBy(group)
	if !ok {
		return time.Time{}
	}
	return since.UTC().Truncate(time.Second)
}
