package target

import (
	"fmt"
	"path"
	"strings"

	"github.com/deployrecipe/recipe/eval/addr"
)

// pattern is one address as an option gives it.
type pattern struct {
	text string
	// way are the libraries on the way and what is meant in the last one, each with globs in name and key.
	way []addr.Addr
	// kind, when not empty, is all of a kind, wherever it is.
	kind string
}

// parse reads an address, in which * and ? stand for any letters of a name or key, and a kind alone for all of it, in libraries too.
func parse(text string) (pattern, error) {
	a, err := addr.Parse(text)
	if err != nil {
		all, whole := addr.Parse(text + ".*")
		if whole != nil {
			return pattern{}, fmt.Errorf(`%q is no address. Write one like service.web, service.web["a"] for one instance, use.db for a library, or service for all of a kind; * stands for any letters of a name`, text)
		}
		if a = all; !strings.Contains(text, ".") && text != addr.Use {
			return pattern{text: text, kind: text}, nil
		}
	}
	p := pattern{text: text, way: append(a.Libraries(), a)}
	for i := range p.way {
		p.way[i].Module = ""
		for _, glob := range []string{p.way[i].Name, p.way[i].Key} {
			if _, err := path.Match(glob, ""); err != nil {
				return pattern{}, fmt.Errorf("%q is no address: %q is left open", text, glob)
			}
		}
	}
	return p, nil
}

// matches tells whether an address is meant: it is one of the block's instances, or in the library.
func (p pattern) matches(a addr.Addr) bool {
	if p.kind != "" {
		return a.Kind == p.kind
	}
	way := append(a.Libraries(), a)
	if len(way) < len(p.way) || len(way) > len(p.way) && p.way[len(p.way)-1].Kind != addr.Use {
		return false
	}
	for i, want := range p.way {
		if want.Kind != way[i].Kind || !glob(want.Name, way[i].Name) || want.Key != "" && !glob(want.Key, way[i].Key) {
			return false
		}
	}
	return true
}

// glob matches names, in which a slash is a letter like others.
func glob(pattern, name string) bool {
	ok, _ := path.Match(strings.ReplaceAll(pattern, "/", "\x00"), strings.ReplaceAll(name, "/", "\x00"))
	return ok
}
