package proxy

// Slots is how many servers the proxy has room for on each side of a service: a power of two with a spare
// one at least, the same on both sides, so that one replica more, one replaced, or a whole release beside
// the old one is no reload.
func (s *Service) Slots() int {
	highest := 0
	for _, side := range []Side{A, B} {
		for _, server := range s.Side(side).Servers {
			highest = max(highest, server.Slot)
		}
	}
	n := 4
	for n <= highest {
		n *= 2
	}
	return n
}

// Watch is the check that a side is configured with. A side without servers takes that of the other one,
// which is the likeliest to be that of the release that will fill it.
func (s *Service) Watch(side Side) *Check {
	if len(s.Side(side).Servers) == 0 {
		side = side.Other()
	}
	return s.Side(side).Check
}
