package port

import (
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
)

// Names are the addresses of ports by what the edge calls them, which tells neither keys nor libraries.
type Names map[string]addr.Addr

// Recorded are the names of the last apply's ports.
func Recorded(recipe state.Recipe, r *state.Recorded) Names {
	names := Names{}
	if r == nil {
		return names
	}
	for text := range r.Resources {
		if a, err := addr.Parse(text); err == nil && a.Kind == "port" {
			names[recipe.Moved.Named(a).Short()] = a
		}
	}
	return names
}

// Known are the names of the last apply's ports and of all that the recipe wants.
func Known(in kind.Input) Names {
	names := Recorded(in.Desired.Recipe, in.Recorded)
	for _, r := range in.All().Resources {
		if r.Addr.Kind == "port" {
			names[in.Desired.Recipe.Moved.Named(r.Addr).Short()] = r.Addr
		}
	}
	return names
}

// Addr is the address of a port on the edge; one that is not known is that of a block without a key.
func (n Names) Addr(name string) addr.Addr {
	if a, known := n[name]; known {
		return a
	}
	return addr.New("port", name)
}
