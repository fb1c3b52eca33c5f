package haproxy

import (
	"maps"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// merge puts a recipe's site into an edge's files in the place of its old one. Files and map lines of other
// recipes stay byte for byte, whatever they hold: what one recipe left half written, or what was edited by
// hand, must not stand in another one's way. Where nothing was out of order, the result is that of Render.
func (c Config) merge(before map[string][]byte, site proxy.Site) map[string][]byte {
	files := maps.Clone(before)
	if files == nil {
		files = map[string][]byte{}
	}
	if files[globalFile] == nil {
		files[globalFile] = c.Options.global()
	}
	delete(files, siteFile(site.Recipe))
	delete(files, pageFile(site.Recipe))
	if !site.Empty() {
		files[siteFile(site.Recipe)] = renderSite(&site, c.Options)
	}
	if site.Maintenance != nil {
		files[pageFile(site.Recipe)] = []byte(site.Maintenance.Page)
	}
	own := entries(&site)
	maps.Copy(files, holdFiles()) // also into an edge that was made before there were any
	names := c.with(site).names()
	for _, name := range shared() {
		files[name] = mergeMap(name, before[name], site.Recipe, own[name])
	}
	for _, p := range c.Site(site.Recipe).Ports {
		if own[portMap(p)] != nil {
			continue
		}
		if left, shared := names[portFile(p)]; shared {
			files[portFile(p)] = renderPort(p, left, c.Options)
			leave(files, site.Recipe, p)
			continue
		}
		delete(files, portFile(p))
		delete(files, portMap(p))
		delete(files, certList(p))
	}
	for _, p := range site.Ports {
		files[portFile(p)] = renderPort(p, names[portFile(p)], c.Options)
		files[portMap(p)] = mergeMap(portMap(p), before[portMap(p)], site.Recipe, own[portMap(p)])
		delete(files, certList(p))
	}
	for name, lines := range certLists(&site, c.Options.Dir) {
		files[name] = mergeMap(name, before[name], site.Recipe, lines)
	}
	return files
}

// leave takes a recipe off the maps of a port that others still have.
func leave(files map[string][]byte, recipe string, port proxy.Port) {
	files[portMap(port)] = mergeMap(portMap(port), files[portMap(port)], recipe, nil)
	if files[certList(port)] != nil {
		files[certList(port)] = mergeMap(certList(port), files[certList(port)], recipe, nil)
	}
}

// mergeMap puts a recipe's entries into the text of a map in the place of its old ones.
func mergeMap(name string, text []byte, recipe string, own map[string]string) []byte {
	var lines []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		key, value, _ := strings.Cut(line, " ")
		if line != "" && !strings.HasPrefix(line, "#") && !ownsLine(name, recipe, key, value) {
			lines = append(lines, line)
		}
	}
	for key, value := range own {
		lines = append(lines, key+" "+value)
	}
	slices.Sort(lines)
	return []byte(strings.Join(append([]string{header}, lines...), "\n") + "\n")
}
