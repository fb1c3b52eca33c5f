package funcs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxDepth is how deep values may be nested that are read from JSON or YAML: what walks them calls itself.
const maxDepth = 200

// checkJSON finds what the decoder would take unbounded, and says in people's words what is not JSON.
func checkJSON(text string) error {
	var whole json.RawMessage
	if err := json.Unmarshal([]byte(text), &whole); err != nil {
		return notJSON(text, err)
	}
	tokens := json.NewDecoder(strings.NewReader(text))
	tokens.UseNumber()
	for count, depth := 0, 0; ; count++ {
		token, err := tokens.Token()
		if err != nil {
			return nil // the end: it is JSON, which was found before
		}
		switch token := token.(type) {
		case json.Number:
			if err := checkDigits(token.String()); err != nil {
				return err
			}
		case json.Delim:
			if depth++; token == ']' || token == '}' {
				depth -= 2
			}
		}
		if depth > maxDepth {
			return tooDeep()
		}
		if err := checkCount(count); err != nil {
			return err
		}
	}
}

func tooDeep() error { return fmt.Errorf("values are nested more than %d deep in it", maxDepth) }

// notJSON says where a text stops to be JSON.
func notJSON(text string, err error) error {
	var bad *json.SyntaxError
	switch ok := errors.As(err, &bad); {
	case !ok:
		return errors.New("it is not JSON")
	case strings.HasPrefix(bad.Error(), "unexpected end"):
		return errors.New("it is not JSON: it ends too early")
	case strings.Contains(bad.Error(), "depth"):
		return tooDeep()
	case bad.Offset < 1 || int(bad.Offset) > len(text):
		return errors.New("it is not JSON")
	}
	before := text[:bad.Offset-1]
	line := strings.Count(before, "\n") + 1
	column := len([]rune(before[strings.LastIndex(before, "\n")+1:])) + 1
	return fmt.Errorf("it is not JSON: %q cannot stand in line %d, column %d", []rune(text[bad.Offset-1:])[0], line, column)
}

// checkYAML finds what the decoder would take unbounded. An alias repeats all that its anchor holds, so that a few
// lines can stand for more than any machine has; a tree in which aliases are not followed shows it.
func checkYAML(text string) error {
	var document yaml.Node
	documents := yaml.NewDecoder(strings.NewReader(text))
	switch err := documents.Decode(&document); {
	case err == io.EOF:
		return nil
	case err != nil:
		return notYAML(err)
	}
	if documents.Decode(new(yaml.Node)) != io.EOF {
		return errors.New("it has more than one document")
	}
	tree := markupTree{sizes: map[*yaml.Node]int{}}
	_, err := tree.size(&document, 0)
	return err
}

// markupTree knows how many nodes are below each node once aliases are followed.
type markupTree struct{ sizes map[*yaml.Node]int }

func (t markupTree) size(n *yaml.Node, depth int) (int, error) {
	if depth > maxDepth {
		return 0, tooDeep()
	}
	if size, ok := t.sizes[n]; ok {
		return size, nil
	}
	if n.Kind == yaml.ScalarNode && n.Style == 0 && strings.Trim(n.Value, "0123456789.+-eE_") == "" {
		if err := checkDigits(n.Value); err != nil {
			return 0, err
		}
	}
	below := n.Content
	if n.Kind == yaml.AliasNode {
		below = []*yaml.Node{n.Alias}
	}
	size := 1 + len(n.Value)/64
	for _, child := range below {
		more, err := t.size(child, depth+1)
		if err != nil {
			return 0, err
		}
		size += more
		if err := checkCount(size); err != nil {
			return 0, err
		}
	}
	t.sizes[n] = size
	return size, nil
}

// notYAML takes the name of the library off its words.
func notYAML(err error) error {
	text, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "yaml: "), "\n")
	return fmt.Errorf("it is not YAML: %s", text)
}
