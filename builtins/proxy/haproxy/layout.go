package haproxy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// Format is the version of the edge's files. A newer one is refused.
const Format = 1

// Paths within the edge's directory.
const (
	globalFile  = "cfg/00-global.cfg"
	liveMap     = "maps/live.map"    // group to percentage
	matchMap    = "maps/match.map"   // group, header or cookie, value to side
	stickyMap   = "maps/sticky.map"  // group and side to cookie
	releaseMap  = "maps/release.map" // backend to recipe and release
	holdMap     = "maps/hold.map"    // group to the time until which its requests wait
	downMap     = "maps/down.map"    // recipes whose maintenance page is up
	holdScript  = "maps/hold.lua"
	holdFile    = "cfg/10-hold.cfg" // read before frontends and, as they are, written after maps
	adminSocket = "run/admin.sock"
	// MasterSocket is where the master has to listen: haproxy -S DIR/run/master.sock.
	MasterSocket = "run/master.sock"

	sitePrefix = "cfg/20-"
	portPrefix = "cfg/10-"
	suffix     = ".cfg"
	pageSuffix = ".page"
)

const (
	headerStart = "# recipe edge format "
	header      = headerStart + "1"
)

// format reads the version from a file's first line.
func format(name string, text []byte) error {
	first, _, _ := strings.Cut(string(text), "\n")
	number, ok := strings.CutPrefix(first, headerStart)
	version, err := strconv.Atoi(number)
	switch {
	case !ok || err != nil || version < 1:
		return fmt.Errorf("%w: %s was not written by recipe", proxy.ErrFormat, name)
	case version > Format:
		return fmt.Errorf("%w: %s has format %d, and this recipe knows none past %d: use a newer one", proxy.ErrFormat, name, version, Format)
	}
	return nil
}

func siteFile(recipe string) string { return sitePrefix + recipe + suffix }

// frontendName names a port's frontend and, with their folders, its files.
func frontendName(p proxy.Port) string {
	if p.Address == "" {
		return fmt.Sprintf("port-%d", p.Listen)
	}
	if p.Internal() { // which no other recipe's port has an address in common with
		return fmt.Sprintf("port-%s-%d", p.Binds()[0], p.Listen)
	}
	return fmt.Sprintf("port-%s-%d", strings.ReplaceAll(p.Address, ":", "_"), p.Listen)
}

func portFile(p proxy.Port) string { return portPrefix + frontendName(p) + suffix }
func portMap(p proxy.Port) string  { return "maps/" + frontendName(p) + ".map" }

// base is what the names of a service's two backends begin with.
func base(recipe, service string) string { return recipe + "." + service }

func backendName(recipe, service string, side proxy.Side) string {
	return base(recipe, service) + "." + string(side)
}

func serverName(slot int) string { return "s" + strconv.Itoa(slot) }

// liveKey is a group's key in the live map. A slash is in no name, so no two recipes' keys meet.
func liveKey(recipe, group string) string { return recipe + "/" + group }

// routeKey is a route's key in its port's map.
func routeKey(r proxy.Route) string {
	host := r.Host
	if host == "" {
		host = "*"
	}
	return host + strings.TrimSuffix(r.Path, "/") + "/"
}

// routeValue is what a route's key leads to: group and backend base, and, where it has limits, its timeouts in
// milliseconds and the size of a body, 0 for none. One that is redirected has no group, and in place of the base the port,
// as :443.
func routeValue(s *proxy.Site, r proxy.Route) string {
	if r.Redirect > 0 {
		return fmt.Sprintf("%s|:%d", liveKey(s.Recipe, ""), r.Redirect)
	}
	group := ""
	if service := s.Service(r.Service); service != nil {
		group = service.Group
	}
	value := liveKey(s.Recipe, group) + "|" + base(s.Recipe, r.Service)
	if r.Limits != (proxy.Limits{}) {
		value += fmt.Sprintf("|%d|%d|%d", r.Server.Milliseconds(), r.Tunnel.Milliseconds(), r.MaxBody)
	}
	return value
}

// matchKey is a match's key in its map, and what a frontend makes of a request.
func matchKey(recipe, group string, m proxy.Match) string {
	return strings.Join([]string{liveKey(recipe, group), kindOf(m), m.Header + m.Cookie, m.Value}, "|")
}

// kindOf says what a match looks at.
func kindOf(m proxy.Match) string {
	if m.Header != "" {
		return "header"
	}
	return "cookie"
}

// stickyKey is the key of a side's cookie.
func stickyKey(recipe, group string, side proxy.Side) string {
	return liveKey(recipe, group) + "|" + string(side)
}

// shared are the maps that all recipes have their lines in, whatever ports they have.
func shared() []string { return []string{liveMap, holdMap, downMap, matchMap, stickyMap, releaseMap} }

// ownsLine tells whether a map's line is a recipe's: those of routes and releases have it in their value, since a
// host may be called as a recipe is, the others in their key, certificates in a directory of it.
func ownsLine(name, recipe, key, value string) bool {
	if strings.HasSuffix(name, listSuffix) {
		return strings.Contains(key, "/"+keysDir+"/"+recipe+"/")
	}
	switch name {
	case liveMap, holdMap, downMap, matchMap, stickyMap:
		return owns(recipe, key)
	}
	return owns(recipe, value)
}

// inOrder sorts the paths of files for writing: backends, then maps, then frontends that name both, so that
// a crash in between leaves what HAProxy loads.
func inOrder(paths []string) []string {
	rank := func(name string) int {
		switch {
		case strings.HasPrefix(name, portPrefix):
			return 2
		case strings.HasPrefix(name, "maps/"):
			return 1
		}
		return 0
	}
	slices.SortFunc(paths, func(a, b string) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return paths
}
