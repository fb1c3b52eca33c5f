package haproxy

import (
	"bytes"
	"maps"
	"slices"
	"strings"
)

// Edit is a file that is not as recipe writes it.
type Edit struct {
	Name string
	// Is is its text, and Written what an Update makes of it.
	Is, Written []byte
}

// Edited finds what somebody changed by hand in the files that are written for a recipe, or what another version
// wrote otherwise: the difference between the files and those rendered from what they say. None is found in files
// that cannot be read.
func Edited(files map[string][]byte, recipe string) []Edit {
	config, err := Parse(files)
	if err != nil {
		return nil
	}
	site := config.Site(recipe)
	if site.Empty() || site.Validate() != nil {
		return nil
	}
	written := config.merge(files, site)
	var edits []Edit
	for _, name := range slices.Sorted(maps.Keys(written)) {
		if !bytes.Equal(files[name], written[name]) {
			edits = append(edits, Edit{name, files[name], written[name]})
		}
	}
	return edits
}

// PartOf is a recipe's part of an edge's files, by name: its own file, its ports' and its lines of the maps. Of files
// that cannot be read it is all.
func PartOf(files map[string][]byte, recipe string) map[string]string {
	part := map[string]string{}
	config, err := Parse(files)
	if err != nil {
		for name, text := range files {
			part[name] = string(text)
		}
		return part
	}
	names := append(shared(), globalFile, siteFile(recipe), pageFile(recipe))
	for _, p := range config.Site(recipe).Ports {
		names = append(names, portFile(p), portMap(p), certList(p))
	}
	for _, name := range names {
		text, there := files[name]
		if !there {
			continue
		}
		if part[name] = string(text); strings.HasPrefix(name, "maps/") {
			part[name] = linesOf(name, string(text), recipe)
		}
	}
	return part
}

func linesOf(name, text, recipe string) string {
	var own []string
	for line := range strings.Lines(text) {
		if key, value, _ := strings.Cut(line, " "); ownsLine(name, recipe, key, value) {
			own = append(own, line)
		}
	}
	return strings.Join(own, "")
}
