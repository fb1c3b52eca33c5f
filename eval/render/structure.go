package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A text that is JSON or YAML is compared by what it says: a file's content, a variable of the environment, a label.
// The order of keys, comments and layout are no part of that.

// maxStructure is how long a text may be, in bytes, to be compared so; longer ones are compared by lines.
const maxStructure = 256 << 10

// spot is one place at which two structures differ. Before or After is nil where the place is new or gone.
type spot struct {
	path          string
	before, after any
	had, has      bool
}

// structures reads two texts where both are JSON, or both are YAML, that hold a map or a list each.
func structures(a, b string) (before, after any, ok bool) {
	if len(a)+len(b) > maxStructure {
		return nil, nil, false
	}
	for _, read := range []func(string) (any, bool){fromJSON, fromYAML} {
		before, fine := read(a)
		if !fine {
			continue
		}
		if after, fine := read(b); fine {
			return before, after, true
		}
	}
	return nil, nil, false
}

func fromJSON(text string) (any, bool) {
	text = strings.TrimSpace(text)
	if text == "" || text[0] != '{' && text[0] != '[' {
		return nil, false
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var v any
	if decoder.Decode(&v) != nil || decoder.More() {
		return nil, false
	}
	return v, true
}

// fromYAML reads one document without aliases: a few lines of those stand for more than a memory holds.
func fromYAML(text string) (any, bool) {
	var node yaml.Node
	decoder := yaml.NewDecoder(strings.NewReader(text))
	if decoder.Decode(&node) != nil || len(node.Content) != 1 || hasAlias(&node) {
		return nil, false
	}
	if more := decoder.Decode(&yaml.Node{}); more == nil || node.Content[0].Kind == yaml.ScalarNode {
		return nil, false
	}
	var v any
	if node.Decode(&v) != nil {
		return nil, false
	}
	loose, err := json.Marshal(v) // keys that are no text have no JSON form
	if err != nil {
		return nil, false
	}
	return fromJSON(string(loose))
}

func hasAlias(n *yaml.Node) bool {
	return n.Kind == yaml.AliasNode || slices.ContainsFunc(n.Content, hasAlias)
}

// compareTrees lists where two structures differ, in the order of their keys.
func compareTrees(path string, a, b any, out []spot) []spot {
	switch x := a.(type) {
	case map[string]any:
		if y, ok := b.(map[string]any); ok {
			keys := slices.Sorted(maps.Keys(x))
			for key := range y {
				if _, both := x[key]; !both {
					keys = append(keys, key)
				}
			}
			slices.Sort(keys)
			for _, key := range keys {
				before, had := x[key]
				after, has := y[key]
				out = compareSides(joined(path, key), before, after, had, has, out)
			}
			return out
		}
	case []any:
		if y, ok := b.([]any); ok {
			return compareLists(path, x, y, out)
		}
	}
	if !bytes.Equal(written(a), written(b)) {
		out = append(out, spot{path, a, b, true, true})
	}
	return out
}

func compareSides(path string, before, after any, had, has bool, out []spot) []spot {
	if had && has {
		return compareTrees(path, before, after, out)
	}
	return append(out, spot{path, before, after, had, has})
}

// compareLists goes by place where two lists are as long as each other, and else by what is new and what is gone.
func compareLists(path string, x, y []any, out []spot) []spot {
	if len(x) == len(y) {
		for i := range x {
			out = compareTrees(joined(path, strconv.Itoa(i)), x[i], y[i], out)
		}
		return out
	}
	lines := func(list []any) []string {
		var all []string
		for _, el := range list {
			all = append(all, string(written(el)))
		}
		return all
	}
	i, j := 0, 0
	for _, e := range difference(lines(x), lines(y)) {
		switch e.sign {
		case '-':
			out = append(out, spot{path: joined(path, strconv.Itoa(i)), before: x[i], had: true})
			i++
		case '+':
			out = append(out, spot{path: joined(path, strconv.Itoa(j)), after: y[j], has: true})
			j++
		default:
			i, j = i+1, j+1
		}
	}
	return out
}

func written(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Appendf(nil, "%v", v) // what JSON was read from has a JSON form
	}
	return text
}

func joined(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
