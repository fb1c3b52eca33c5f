package buildcontext

import (
	"path"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/eval/state"
)

// Select is the part of the manifest that the patterns of copy instructions can reach: what no instruction reads
// changes no image. Where a pattern passes through a symbolic link, everything stays.
func (c Context) Select(patterns []string) state.Manifest {
	if len(patterns) == 0 {
		return state.Manifest{}
	}
	var cleaned []string
	for _, pattern := range patterns {
		pattern = path.Clean("/" + strings.ReplaceAll(pattern, "/./", "/"))[1:]
		if pattern == "" {
			return c.Manifest
		}
		cleaned = append(cleaned, pattern)
	}
	for _, link := range c.Links {
		if slices.ContainsFunc(cleaned, func(p string) bool { return touches(p, link) }) {
			return c.Manifest
		}
	}
	selected := state.Manifest{}
	for file, digest := range c.Manifest {
		if slices.ContainsFunc(cleaned, func(p string) bool { return covers(p, file) }) {
			selected[file] = digest
		}
	}
	return selected
}

// covers reports whether file is what the pattern matches, or lies below it.
func covers(pattern, file string) bool {
	parts := strings.Split(file, "/")
	n := strings.Count(pattern, "/") + 1
	return n <= len(parts) && matches(pattern, strings.Join(parts[:n], "/"))
}

// touches reports whether a path that the pattern matches leads to the link or through it.
func touches(pattern, link string) bool {
	words := strings.Split(pattern, "/")
	n := strings.Count(link, "/") + 1
	return n <= len(words) && matches(strings.Join(words[:n], "/"), link)
}

// matches matches as copy instructions do; a pattern that cannot be read may match anything.
func matches(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok || err != nil
}

// Changes are the paths by which two manifests differ.
type Changes struct{ Added, Changed, Removed []string }

// Compare tells how a context got from before to after; paths are in order. A directory that came or
// went with what is in it is not listed.
func Compare(before, after state.Manifest) Changes {
	var c Changes
	for file, digest := range after {
		switch old, ok := before[file]; {
		case !ok:
			c.Added = append(c.Added, file)
		case old != digest:
			c.Changed = append(c.Changed, file)
		}
	}
	for file := range before {
		if _, ok := after[file]; !ok {
			c.Removed = append(c.Removed, file)
		}
	}
	c.Added, c.Removed = leaves(c.Added), leaves(c.Removed)
	slices.Sort(c.Changed)
	return c
}

// leaves drops paths that others of the list lie in.
func leaves(paths []string) []string {
	slices.Sort(paths)
	parents := map[string]bool{}
	for _, p := range paths {
		parents[path.Dir(p)] = true
	}
	return slices.DeleteFunc(paths, func(p string) bool { return parents[p] })
}

// IsEmpty reports whether nothing differs.
func (c Changes) IsEmpty() bool { return len(c.Added)+len(c.Changed)+len(c.Removed) == 0 }
