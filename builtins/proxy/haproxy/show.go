package haproxy

import "github.com/deployrecipe/recipe/builtins/proxy"

// Show is the text of a site's own file, for people: empty for an empty site.
func Show(site proxy.Site) (string, error) {
	if site.Empty() {
		return "", nil
	}
	files, err := Config{Sites: []proxy.Site{site}}.Render()
	return string(files[siteFile(site.Recipe)]), err
}

// SiteFile is where a recipe's own file stands, below the edge's directory.
func SiteFile(recipe string) string { return siteFile(recipe) }
