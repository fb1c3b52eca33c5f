package haproxy

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// Config is all that the files of an edge say.
type Config struct {
	Options Options
	Sites   []proxy.Site // in normal form, by Recipe
}

// Site is the site of a recipe, an empty one if there is none.
func (c Config) Site(recipe string) proxy.Site {
	for _, s := range c.Sites {
		if s.Recipe == recipe {
			return s.Clone()
		}
	}
	return proxy.Site{Recipe: recipe}
}

// with is c with one site put in the place of the recipe's old one; an empty site takes it away.
func (c Config) with(site proxy.Site) Config {
	sites := slices.DeleteFunc(slices.Clone(c.Sites), func(s proxy.Site) bool { return s.Recipe == site.Recipe })
	if !site.Empty() {
		sites = append(sites, site)
	}
	slices.SortFunc(sites, func(a, b proxy.Site) int { return cmp.Compare(a.Recipe, b.Recipe) })
	return Config{Options: c.Options, Sites: sites}
}

// Render writes the files, by path below the edge's directory. It refuses what is not valid and what two
// sites both claim.
func (c Config) Render() (map[string][]byte, error) {
	c.Options = c.Options.filled()
	if err := c.Options.Validate(); err != nil {
		return nil, err
	}
	files := holdFiles()
	files[globalFile] = c.Options.global()
	names := c.names()
	maps := map[string][]string{}
	for _, name := range shared() {
		maps[name] = nil
	}
	for i := range c.Sites {
		site := c.Sites[i].Normal()
		if err := site.Validate(); err != nil {
			return nil, err
		}
		if err := proxy.Claims(site, c.Sites[:i]); err != nil {
			return nil, err
		}
		if files[siteFile(site.Recipe)] != nil {
			return nil, fmt.Errorf("%w: recipe %s is there twice", proxy.ErrInvalid, site.Recipe)
		}
		files[siteFile(site.Recipe)] = renderSite(&site, c.Options)
		if site.Maintenance != nil {
			files[pageFile(site.Recipe)] = []byte(site.Maintenance.Page)
		}
		for _, p := range site.Ports {
			files[portFile(p)] = renderPort(p, names[portFile(p)], c.Options)
		}
		for name, entries := range entries(&site) {
			lines := maps[name]
			for key, value := range entries {
				lines = append(lines, key+" "+value)
			}
			maps[name] = lines
		}
		for name, lines := range certLists(&site, c.Options.Dir) {
			maps[name] = slices.Clone(maps[name]) // there, whether or not it has any
			for path, options := range lines {
				maps[name] = append(maps[name], path+" "+options)
			}
		}
	}
	for name, lines := range maps {
		slices.Sort(lines)
		files[name] = []byte(strings.Join(append([]string{header}, lines...), "\n") + "\n")
	}
	return files, nil
}

// names are what the frontend of each port, by its file, has to look at for all who share it.
func (c Config) names() map[string]proxy.Names {
	all := map[string]proxy.Names{}
	for i := range c.Sites {
		for _, p := range c.Sites[i].Ports {
			names := all[portFile(p)]
			names.Add(&c.Sites[i], p)
			all[portFile(p)] = names
		}
	}
	return all
}

// entries are a site's lines in each map: key to value.
func entries(s *proxy.Site) map[string]map[string]string {
	maps := map[string]map[string]string{}
	for _, name := range shared() {
		maps[name] = map[string]string{}
	}
	if s.Down {
		maps[downMap][downKey(s.Recipe)] = "down"
	}
	for i := range s.Groups {
		g := &s.Groups[i]
		maps[liveMap][liveKey(s.Recipe, g.Name)] = strconv.Itoa(g.Percent)
		if g.Until > 0 {
			maps[holdMap][liveKey(s.Recipe, g.Name)] = strconv.FormatInt(g.Until, 10)
		}
		for _, m := range s.Leading(g) {
			maps[matchMap][matchKey(s.Recipe, g.Name, m)] = string(m.To)
			if m.Cookie == s.StickyCookie(g.Name) {
				maps[stickyMap][stickyKey(s.Recipe, g.Name, m.To)] = m.Cookie + "=" + m.Value
			}
		}
	}
	for i := range s.Services {
		for _, side := range []proxy.Side{proxy.A, proxy.B} {
			if release := s.Services[i].Side(side).Release; release != "" {
				maps[releaseMap][backendName(s.Recipe, s.Services[i].Name, side)] = s.Recipe + "/" + release
			}
		}
	}
	for _, p := range s.Ports {
		routes := map[string]string{}
		for _, r := range p.Routes {
			routes[routeKey(r)] = routeValue(s, r)
		}
		maps[portMap(p)] = routes
	}
	return maps
}

// structure is the digest of all in a site that no running worker can be told. Of a port it has what the site itself
// needs there: what others need is in theirs.
func structure(s *proxy.Site, o Options) string {
	h := sha256.New()
	if len(s.Ports) > 0 {
		h.Write(holdFiles()[holdScript])
	}
	names := Config{Sites: []proxy.Site{*s}}.names()
	for _, p := range s.Ports {
		h.Write(renderPort(p, names[portFile(p)], o))
		if p.TLS != nil {
			fmt.Fprintln(h, certOptions(p))
		}
	}
	for i := range s.Services {
		service := &s.Services[i]
		for _, side := range []proxy.Side{proxy.A, proxy.B} {
			fmt.Fprintln(h, backendName(s.Recipe, service.Name, side), service.Slots())
			fmt.Fprintln(h, strings.Join(append(directives(s, service, side), maintenance(s, service.Mode)...), "\n"))
		}
	}
	if s.Maintenance != nil {
		fmt.Fprintln(h, s.Maintenance.Page)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// variable is the process variable that holds a recipe's structure in a worker. A recipe's name may have
// characters that a variable's may not.
func variable(recipe string) string {
	sum := sha256.Sum256([]byte(recipe))
	return "proc.recipe_" + hex.EncodeToString(sum[:8])
}
