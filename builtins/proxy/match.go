package proxy

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// Match leads requests that carry a value in a header or a cookie to one side of their group, whatever the
// percentage. Exactly one of Header and Cookie is set. Only requests over HTTP can match.
type Match struct {
	Header string `json:"header,omitempty"` // a name in lower case
	Cookie string `json:"cookie,omitempty"` // a name
	Value  string `json:"value"`            // all of it, letters of either case told apart
	// To is the side, while the match is in force; empty while it is not. Coming into force and going out of it
	// needs no reload.
	To Side `json:"to,omitempty"`
}

func compareMatches(a, b Match) int {
	return cmp.Or(cmp.Compare(a.Header, b.Header), cmp.Compare(a.Cookie, b.Cookie), cmp.Compare(a.Value, b.Value))
}

// same tells whether two matches are about the same requests.
func (m Match) same(other Match) bool { return compareMatches(m, other) == 0 }

// Split tells whether both sides of the group get requests: a switch is under way.
func (g *Group) Split() bool { return g.Gets(A) && g.Gets(B) }

// Gets tells whether a side gets any of the group's requests.
func (g *Group) Gets(side Side) bool {
	if side == B && g.Percent > 0 || side == A && g.Percent < 100 {
		return true
	}
	return slices.ContainsFunc(g.Match, func(m Match) bool { return m.To == side })
}

// Reach is the percentage for those who ask which sides get requests: one that gets none but those which match
// counts as having one percent.
func (g *Group) Reach() int {
	switch {
	case g.Percent == 0 && g.Gets(B):
		return 1
	case g.Percent == 100 && g.Gets(A):
		return 99
	}
	return g.Percent
}

// Lead has those of the group's matches that are among the given ones lead to a side, and no others to any.
func (g *Group) Lead(side Side, matches []Match) {
	g.Match = slices.Clone(g.Match)
	for i := range g.Match {
		g.Match[i].To = ""
		if slices.ContainsFunc(matches, g.Match[i].same) {
			g.Match[i].To = side
		}
	}
}

// Knows tells whether a match is among those of the group, in force or not.
func (g *Group) Knows(m Match) bool { return slices.ContainsFunc(g.Match, m.same) }

// Declare sets which matches the group knows. Those that are in force stay so.
func (g *Group) Declare(matches []Match) {
	declared := slices.Clone(matches)
	for i := range declared {
		declared[i].To = ""
	}
	for _, m := range g.Match {
		at := slices.IndexFunc(declared, m.same)
		switch {
		case at >= 0:
			declared[at].To = m.To
		case m.To != "":
			declared = append(declared, m)
		}
	}
	g.Match = declared
}

// Leading are the matches of a group in force, those included that a sticky group's cookies are: a client stays
// with the releases whose names its cookie has while both sides get requests. A later one wins.
func (s *Site) Leading(g *Group) []Match {
	var all []Match
	a, b := s.Releases(g.Name, A), s.Releases(g.Name, B)
	if g.Sticky && g.Split() && a != "" && b != "" && a != b {
		name := s.StickyCookie(g.Name)
		all = append(all, Match{Cookie: name, Value: a, To: A}, Match{Cookie: name, Value: b, To: B})
	}
	for _, m := range g.Match {
		if m.To != "" {
			all = append(all, m)
		}
	}
	return all
}

// StickyCookie is the name of the cookie by which a sticky group's clients stay with a release.
func (s *Site) StickyCookie(group string) string { return "recipe-" + s.Recipe + "-" + group }

// maxReleases is how long the names of several releases may be together before a digest stands for them.
const maxReleases = 64

// Releases names the releases that a group has on a side: empty for none. It is a cookie's value, and so tells one
// release from another rather than one side from the other.
func (s *Site) Releases(group string, side Side) string {
	var names []string
	for i := range s.Services {
		if service := &s.Services[i]; service.Group == group && service.Side(side).Release != "" {
			names = append(names, service.Side(side).Release)
		}
	}
	slices.Sort(names)
	joined := strings.Join(slices.Compact(names), ".")
	if len(joined) > maxReleases {
		sum := sha256.Sum256([]byte(joined))
		return hex.EncodeToString(sum[:8])
	}
	return joined
}

// Names are what a port has to look at in requests, each once and in order: that is structure, while values and sides
// are data.
type Names struct {
	Headers, Cookies, Sticky []string // by their names
	// Trusted are networks with the recipe whose they are before them: "shop 10.0.0.0/8".
	Trusted []string
	Bodies  bool // their sizes
	// Redirects says that some are led elsewhere.
	Redirects bool
	SNI       bool // the name that a client in tcp mode asks for
}

// Add adds those of the groups that a port's routes lead to.
func (n *Names) Add(s *Site, p Port) {
	if p.Mode != HTTP {
		n.SNI = n.SNI || slices.ContainsFunc(p.Routes, func(r Route) bool { return r.Host != "" })
		return
	}
	for _, network := range p.Trusted {
		n.Trusted = append(n.Trusted, s.Recipe+" "+network)
	}
	for _, route := range p.Routes {
		n.Bodies = n.Bodies || route.MaxBody > 0
		n.Redirects = n.Redirects || route.Redirect > 0
		service := s.Service(route.Service)
		if service == nil {
			continue
		}
		if g := s.Group(service.Group); g != nil {
			n.group(s, g)
		}
	}
	for _, list := range []*[]string{&n.Headers, &n.Cookies, &n.Sticky, &n.Trusted} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
}

func (n *Names) group(s *Site, g *Group) {
	if g.Sticky {
		n.Sticky = append(n.Sticky, s.StickyCookie(g.Name))
	}
	for _, m := range g.Match {
		if m.Header != "" {
			n.Headers = append(n.Headers, m.Header)
		} else {
			n.Cookies = append(n.Cookies, m.Cookie)
		}
	}
}
