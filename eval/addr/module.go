package addr

import "strings"

// Libraries are the use blocks on the way to what an address names, outermost first, each with its own way.
func (a Addr) Libraries() []Addr {
	var all []Addr
	for in := a.Module; in != ""; {
		use, err := Parse(in)
		if err != nil {
			return nil
		}
		all = append([]Addr{use}, all...)
		in = use.Module
	}
	return all
}

// Below is the address as the library at a path writes it. The path leads to one of a's libraries, or is empty for the
// recipe itself.
func (a Addr) Below(path string) Addr {
	a.Module = strings.TrimPrefix(strings.TrimPrefix(a.Module, path), ".")
	return a
}

// Above is the address of what the library at a path calls a.
func (a Addr) Above(path string) Addr {
	switch {
	case path == "":
	case a.Module == "":
		a.Module = path
	default:
		a.Module = path + "." + a.Module
	}
	return a
}

// Block is the address without its own key: that of all instances of a block.
func (a Addr) Block() Addr {
	a.Key = ""
	return a
}
