package haproxy

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// Parse reads what the files of an edge say: the inverse of Render. Directives that Render does not write
// are passed over, so that an edit by hand costs nothing but itself; a file of a newer format, or one that
// recipe did not write, is ErrFormat. No files are an edge without sites.
func Parse(files map[string][]byte) (Config, error) {
	var c Config
	sites := map[string]*proxy.Site{}
	for name, text := range files {
		if strings.HasSuffix(name, pageSuffix) {
			continue // as it is sent to clients, and read with its site
		}
		if err := format(name, text); err != nil {
			return Config{}, err
		}
		switch {
		case name == globalFile:
			if err := parseOptions(text, &c.Options); err != nil {
				return Config{}, err
			}
		case strings.HasPrefix(name, sitePrefix):
			recipe := strings.TrimSuffix(strings.TrimPrefix(name, sitePrefix), suffix)
			p := siteParser{site: &proxy.Site{Recipe: recipe}}
			if err := eachLine(name, text, p.line); err != nil {
				return Config{}, err
			}
			sites[recipe] = p.site
		}
	}
	for _, site := range sites {
		if err := parseMaps(files, site); err != nil {
			return Config{}, err
		}
		c.Sites = append(c.Sites, site.Normal())
	}
	slices.SortFunc(c.Sites, func(a, b proxy.Site) int { return cmp.Compare(a.Recipe, b.Recipe) })
	return c, nil
}

// eachLine calls f with the words of every line, and names the place in its error.
func eachLine(name string, text []byte, f func(words []string, line string) error) error {
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		if err := f(strings.Fields(lines.Text()), lines.Text()); err != nil {
			return fmt.Errorf("%w: %s, line %d: %w", proxy.ErrFormat, name, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%w: %s: %w", proxy.ErrFormat, name, err)
	}
	return nil
}

func parseOptions(text []byte, options *Options) error {
	return eachLine(globalFile, text, func(_ []string, line string) error {
		record, ok := strings.CutPrefix(line, "# options ")
		if !ok {
			return nil
		}
		return json.Unmarshal([]byte(record), options)
	})
}

// siteParser reads a recipe's file. Comments at the start of a line belong to the site, indented ones to
// the backend they stand in.
type siteParser struct {
	site    *proxy.Site
	service *proxy.Service
	backend *proxy.Backend
}

func (p *siteParser) line(words []string, line string) error {
	if len(words) < 2 {
		return nil
	}
	if words[0] == "backend" {
		return p.startBackend(words[1])
	}
	if words[0] == "#" && !strings.HasPrefix(line, " ") {
		return p.comment(words[1], words[2:], line)
	}
	if p.backend == nil {
		return nil
	}
	switch words[0] {
	case "#":
		if words[1] == "release" && len(words) == 3 {
			p.backend.Release = words[2]
		}
		return nil
	case "server":
		return parseServer(words, p.backend)
	}
	return parseCheck(words, p.backend)
}

func (p *siteParser) comment(key string, args []string, line string) (err error) {
	switch {
	case key == "origin":
		_, quoted, _ := strings.Cut(line, "# origin ")
		p.site.Origin, err = strconv.Unquote(quoted)
	case key == "port" && len(args) == 4:
		port := proxy.Port{Name: args[0], Mode: proxy.Mode(args[1]), Address: strings.TrimPrefix(args[3], "-")}
		port.Listen, err = strconv.Atoi(args[2])
		p.site.Ports = append(p.site.Ports, port)
	case key == "trusted" && len(args) == 2:
		for i := range p.site.Ports {
			if q := &p.site.Ports[i]; q.Name == args[0] {
				q.Trusted = append(q.Trusted, args[1])
			}
		}
	case key == "tls" && len(args) == 3 || key == "certificate" && len(args) == 5:
		for i := range p.site.Ports {
			if q := &p.site.Ports[i]; q.Name == args[0] {
				err = errors.Join(err, parseTLS(q, key, args[1:]))
			}
		}
	case key == "group" && (len(args) == 1 || len(args) == 2 && args[1] == "sticky"):
		p.site.Groups = append(p.site.Groups, proxy.Group{Name: args[0], Sticky: len(args) == 2})
	case key == "match" && len(args) == 4:
		return p.match(args)
	case (key == "switch" || key == "pause") && len(p.site.Groups) > 0:
		err = parseSwitch(&p.site.Groups[len(p.site.Groups)-1], line)
	case key == "maintenance":
		p.site.Maintenance, err = parseMaintenance(line)
	case key == "standby" && len(args) == 2:
		if g := p.site.Group(args[0]); g != nil {
			g.Standby, err = time.Parse(time.RFC3339, args[1])
		}
	case key == "service" && len(args) == 3:
		p.site.Services = append(p.site.Services, proxy.Service{Name: args[0], Mode: proxy.Mode(args[1]), Group: args[2]})
		p.service, p.backend = &p.site.Services[len(p.site.Services)-1], nil
	}
	return err
}

// match reads: match GROUP header|cookie NAME VALUE.
func (p *siteParser) match(args []string) error {
	g := p.site.Group(args[0])
	if g == nil {
		return fmt.Errorf("a match stands before its group %s", args[0])
	}
	m := proxy.Match{Cookie: args[2], Value: args[3]}
	if args[1] == "header" {
		m.Header, m.Cookie = m.Cookie, ""
	}
	g.Match = append(g.Match, m)
	return nil
}

func (p *siteParser) startBackend(name string) error {
	if p.service == nil {
		return fmt.Errorf("backend %s stands before its service", name)
	}
	for _, side := range []proxy.Side{proxy.A, proxy.B} {
		if name == backendName(p.site.Recipe, p.service.Name, side) {
			p.backend = p.service.Side(side)
			return nil
		}
	}
	return fmt.Errorf("backend %s is none of service %s", name, p.service.Name)
}

// parseGroup adds the percentage, until when requests wait, and which matches are in force.
func parseGroup(files map[string][]byte, recipe string, g *proxy.Group) error {
	err := eachLine(liveMap, files[liveMap], func(words []string, _ string) (err error) {
		if len(words) == 2 && words[0] == liveKey(recipe, g.Name) {
			g.Percent, err = strconv.Atoi(words[1])
		}
		return err
	})
	if err != nil {
		return err
	}
	err = eachLine(holdMap, files[holdMap], func(words []string, _ string) (err error) {
		if len(words) == 2 && words[0] == liveKey(recipe, g.Name) {
			g.Until, err = strconv.ParseInt(words[1], 10, 64)
		}
		return err
	})
	if err != nil || len(g.Match) == 0 {
		return err
	}
	return eachLine(matchMap, files[matchMap], func(words []string, _ string) error {
		for i := range g.Match {
			if len(words) == 2 && words[0] == matchKey(recipe, g.Name, g.Match[i]) {
				g.Match[i].To = proxy.Side(words[1])
			}
		}
		return nil
	})
}

// parseMaps adds what stands in maps: routes, percentages, and which matches are in force.
func parseMaps(files map[string][]byte, site *proxy.Site) error {
	if site.Maintenance != nil {
		site.Maintenance.Page = string(files[pageFile(site.Recipe)])
	}
	err := eachLine(downMap, files[downMap], func(words []string, _ string) error {
		site.Down = site.Down || len(words) == 2 && words[0] == downKey(site.Recipe)
		return nil
	})
	if err != nil {
		return err
	}
	for i := range site.Groups {
		if err := parseGroup(files, site.Recipe, &site.Groups[i]); err != nil {
			return err
		}
	}
	for i := range site.Ports {
		p := &site.Ports[i]
		err := eachLine(portMap(*p), files[portMap(*p)], func(words []string, _ string) error {
			if len(words) == 2 && owns(site.Recipe, words[1]) {
				route, err := parseRoute(site.Recipe, words[0], words[1])
				p.Routes = append(p.Routes, route)
				return err
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// owns tells whether a route's value belongs to a recipe.
func owns(recipe, value string) bool { return strings.HasPrefix(value, recipe+"/") }

func parseRoute(recipe, key, value string) (proxy.Route, error) {
	host, path, _ := strings.Cut(key, "/")
	words := append(strings.Split(value, "|"), "")
	route := proxy.Route{
		Host:    strings.TrimPrefix(host, "*"),
		Path:    "/" + strings.TrimSuffix(path, "/"),
		Service: strings.TrimPrefix(words[1], recipe+"."),
	}
	if port, redirected := strings.CutPrefix(words[1], ":"); redirected {
		var err error
		route.Service = ""
		route.Redirect, err = strconv.Atoi(port)
		return route, err
	}
	if len(words) < 6 {
		return route, nil
	}
	server, err := milliseconds(words[2])
	tunnel, errTunnel := milliseconds(words[3])
	body, errBody := strconv.ParseInt(words[4], 10, 64)
	route.Limits = proxy.Limits{Server: server, Tunnel: tunnel, MaxBody: body}
	return route, errors.Join(err, errTunnel, errBody)
}
