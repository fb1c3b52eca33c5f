package rehearse

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/simulated"
)

// calm is the most that lies between two requests of a client while nothing changes: what is lost then is lost by
// something that lasts.
const calm = 5 * time.Second

// Clients send requests to routes.
type Clients struct {
	world *simulated.World
	of    map[Route]*simulated.Client
}

// Attend has a client for each route that is answered. Steady is that of simulated.ClientOptions.
func Attend(w *simulated.World, s Standing, steady bool) *Clients {
	c := &Clients{w, map[Route]*simulated.Client{}}
	for route, releases := range s.Serving {
		if len(releases) > 0 {
			c.of[route] = w.Client(simulated.ClientOptions{Port: route.Port, Host: route.Host, Path: route.Path, Calm: calm, Steady: steady})
		}
	}
	return c
}

// Stop stops all clients and gives what those of the routes that stay have sent and lost.
func (c *Clients) Stop(stays func(Route) bool) (requests int, lost []simulated.Loss) {
	for _, route := range slices.SortedFunc(maps.Keys(c.of), func(a, b Route) int { return strings.Compare(a.String(), b.String()) }) {
		report := c.of[route].Stop() // which waits for what it sent, while the others go on
		if stays(route) {
			requests += report.Requests
			lost = append(lost, report.Lost...)
		}
	}
	slices.SortFunc(lost, func(a, b simulated.Loss) int { return a.Until.Compare(b.Until) })
	c.of = nil
	return requests, lost
}

// Unannounced leaves out what was lost within a declared interruption: from the first loss on, for its bound.
func Unannounced(lost []simulated.Loss, bound time.Duration) []simulated.Loss {
	if bound == 0 || len(lost) == 0 {
		return lost
	}
	end := lost[0].Until.Add(bound)
	return slices.DeleteFunc(slices.Clone(lost), func(l simulated.Loss) bool { return l.At.Before(end) })
}

// lossText tells how many requests were lost, and the first of them.
func lossText(lost []simulated.Loss, of int) string {
	return fmt.Sprintf("%d of %d requests were lost, the first one: %v", len(lost), of, lost[0])
}
