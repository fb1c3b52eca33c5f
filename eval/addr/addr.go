// Package addr names the things that a recipe declares: service.web, image.db, service.web["blue"],
// use.cache.service.main.
//
// An address is how plans, labels, errors and options speak of a block instance. It is stable: renaming a
// file or moving a block does not change it.
package addr

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// Addr is the address of one instance of a resource block.
type Addr struct {
	// Module leads to the library that the block is in, as the address of a use block: use.cache, or
	// use.cache["eu"].use.store for a library within a library. It is empty for the recipe's own blocks.
	Module string
	// Kind is the block's type: service, image, port.
	Kind string
	// Name is the block's label.
	Name string
	// Key is the instance's key under for_each, empty for a block without one.
	Key string
}

// New is the address of a block of the recipe itself that has no for_each.
func New(kind, name string) Addr { return Addr{Kind: kind, Name: name} }

// IsZero tells whether a names nothing.
func (a Addr) IsZero() bool { return a == Addr{} }

// String writes the address as expressions do: kind.name or kind.name["key"], after the module and a dot.
func (a Addr) String() string {
	if a.IsZero() {
		return ""
	}
	s := a.Kind + "." + a.Name
	if a.Module != "" {
		s = a.Module + "." + s
	}
	if a.Key != "" {
		s += "[" + strconv.Quote(a.Key) + "]"
	}
	return s
}

// Short is the name with its key, after the names and keys of the libraries on the way, in letters that engines
// and proxies allow in object names: web, web-blue, cache-main. Two addresses may have one short name; the
// evaluation of a recipe refuses that.
func (a Addr) Short() string {
	s := a.Name
	if a.Key != "" {
		s += "-" + plainKey(a.Key)
	}
	if in, err := Parse(a.Module); err == nil {
		return in.Short() + "-" + s
	}
	return s
}

// plainKey puts hyphens for what names cannot hold. The dot is among it, since it parts a service's name from that of
// its port.
func plainKey(key string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' {
			return c
		}
		return '-'
	}, key)
}

// Use is the kind of the blocks that bring in libraries: their addresses are the modules of others.
const Use = "use"

// Parse reads what String wrote.
func Parse(s string) (Addr, error) {
	var a Addr
	for rest := s; ; {
		var ok bool
		if a.Kind, a.Name, a.Key, rest, ok = cut(rest); !ok {
			return Addr{}, fmt.Errorf(`%q is not an address; write one as kind.name, or kind.name["key"] for an instance, for example service.web`, s)
		}
		if rest == "" {
			return a, nil
		}
		if a.Kind != Use || rest[0] != '.' {
			return Addr{}, fmt.Errorf(`%q is not an address; nothing can follow %s`, s, a)
		}
		a = Addr{Module: a.String()}
		rest = rest[1:]
	}
}

// cut takes kind.name or kind.name["key"] from the beginning of s.
func cut(s string) (kind, name, key, rest string, ok bool) {
	kind, rest, _ = strings.Cut(s, ".")
	end := strings.IndexAny(rest, ".[")
	if end < 0 {
		end = len(rest)
	}
	name, rest = rest[:end], rest[end:]
	if !plain(kind) || !plain(name) {
		return "", "", "", "", false
	}
	if rest == "" || rest[0] == '.' {
		return kind, name, "", rest, true
	}
	quoted, err := strconv.QuotedPrefix(rest[1:])
	if err != nil || quoted[0] != '"' {
		return "", "", "", "", false
	}
	key, err = strconv.Unquote(quoted)
	after, closed := strings.CutPrefix(rest[1+len(quoted):], "]")
	return kind, name, key, after, err == nil && closed && key != ""
}

// plain tells whether a word holds nothing that an address separates words by.
func plain(word string) bool { return word != "" && !strings.ContainsAny(word, `."[] `) }

// Compare orders addresses by module, kind, name and key.
func Compare(a, b Addr) int {
	return cmp.Or(cmp.Compare(a.Module, b.Module), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Key, b.Key))
}

// MarshalText and UnmarshalText let addresses stand in JSON, also as keys.
func (a Addr) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads what MarshalText wrote; the empty text is the zero address.
func (a *Addr) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*a = Addr{}
		return nil
	}
	parsed, err := Parse(string(text))
	if err == nil {
		*a = parsed
	}
	return err
}
