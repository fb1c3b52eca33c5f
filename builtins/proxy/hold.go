package proxy

import "time"

// Held is until when requests wait that a reload would lose, the latest of all: those of groups that are held now, of
// whichever recipe, and still are after a site has taken the place of its recipe's old one. It is the zero time where
// there are none.
func Held(sites []Site, next Site, now time.Time) time.Time {
	var until time.Time
	for i := range sites {
		for _, g := range sites[i].Groups {
			if sites[i].Recipe == next.Recipe {
				if after := next.Group(g.Name); after == nil || after.Until == 0 {
					continue
				}
			}
			if at := time.Unix(g.Until, 0); g.Until > 0 && at.After(now) && at.After(until) {
				until = at
			}
		}
	}
	return until
}
