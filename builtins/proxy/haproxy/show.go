package haproxy

import (
	"strings"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// Show is the text of a site's own file, for people: empty for an empty site, and without the digest by which a running
// worker is known, which changes with all else and tells nothing. Since when a side stands by is left out too, which no
// plan knows before it is carried out.
func Show(site proxy.Site) (string, error) {
	if site.Empty() {
		return "", nil
	}
	files, err := Config{Sites: []proxy.Site{site}}.Render()
	return withoutTimes(withoutMark(string(files[siteFile(site.Recipe)]))), err
}

// withoutTimes leaves out since when a side stands by, but not that it does.
func withoutTimes(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, standbyLine) {
			line = line[:strings.LastIndexByte(line, ' ')] + "\n"
		}
		out.WriteString(line)
	}
	return out.String()
}

// withoutMark leaves out the section that sets a site's process variable.
func withoutMark(text string) string {
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		if i > 0 && strings.HasPrefix(strings.TrimSpace(line), "set-var proc.recipe_") && strings.TrimSpace(lines[i-1]) == "global" {
			rest := lines[i+1:]
			if len(rest) > 0 && strings.TrimSpace(rest[0]) == "" {
				rest = rest[1:]
			}
			return strings.Join(lines[:i-1], "") + strings.Join(rest, "")
		}
	}
	return text
}

// SiteFile is where a recipe's own file stands, below the edge's directory.
func SiteFile(recipe string) string { return siteFile(recipe) }
