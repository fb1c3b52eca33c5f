// Package addr names the things that a recipe declares: service.web, image.db, service.web["blue"].
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
	// Kind is the block's type: service, image, port.
	Kind string
	// Name is the block's label.
	Name string
	// Key is the instance's key under for_each, empty for a block without one.
	Key string
}

// New is the address of a block that has no for_each.
func New(kind, name string) Addr { return Addr{Kind: kind, Name: name} }

// IsZero tells whether a names nothing.
func (a Addr) IsZero() bool { return a == Addr{} }

// String writes the address as expressions do: kind.name or kind.name["key"].
func (a Addr) String() string {
	if a.IsZero() {
		return ""
	}
	if a.Key == "" {
		return a.Kind + "." + a.Name
	}
	return a.Kind + "." + a.Name + "[" + strconv.Quote(a.Key) + "]"
}

// Short is the name with its key, in letters that engines allow in object names: web, web-blue.
func (a Addr) Short() string {
	if a.Key == "" {
		return a.Name
	}
	return a.Name + "-" + a.Key
}

// Parse reads what String wrote.
func Parse(s string) (Addr, error) {
	kind, rest, _ := strings.Cut(s, ".")
	name, key, keyed := strings.Cut(rest, "[")
	if !plain(kind) || !plain(name) {
		return Addr{}, fmt.Errorf("%q is not an address; write one as kind.name, for example service.web", s)
	}
	if !keyed {
		return Addr{Kind: kind, Name: name}, nil
	}
	unquoted, err := strconv.Unquote(strings.TrimSuffix(key, "]"))
	if err != nil || key[0] != '"' || !strings.HasSuffix(key, "]") || unquoted == "" {
		return Addr{}, fmt.Errorf(`%q is not an address; write an instance as kind.name["key"]`, s)
	}
	return Addr{Kind: kind, Name: name, Key: unquoted}, nil
}

// plain tells whether a word holds nothing that an address separates words by.
func plain(word string) bool { return word != "" && !strings.ContainsAny(word, `."[] `) }

// Compare orders addresses by kind, name and key.
func Compare(a, b Addr) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Key, b.Key))
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
