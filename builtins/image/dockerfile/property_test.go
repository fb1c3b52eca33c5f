package dockerfile

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// noVariables is the environment of an expansion that must not expand anything.
type noVariables struct{}

func (noVariables) Get(string) (string, bool) { return "EXPANDED", true }
func (noVariables) Keys() []string            { return nil }

// commands parses a Dockerfile as the frontend does, expansion included.
func commands(t *testing.T, text string) []instructions.Command {
	t.Helper()
	parsed, err := parser.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	stages, _, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if len(stages) != 1 {
		t.Fatalf("%d stages in\n%s", len(stages), text)
	}
	for _, c := range stages[0].Commands {
		if ex, ok := c.(instructions.SupportsSingleWordExpansion); ok {
			err := ex.Expand(func(word string) (string, error) {
				got, _, err := shell.NewLex('\\').ProcessWord(word, noVariables{})
				return got, err
			})
			if err != nil {
				t.Fatalf("%v in\n%s", err, text)
			}
		}
	}
	return stages[0].Commands
}

// FuzzLiteral renders every instruction that takes text with the same text and checks that the frontend reads
// back what the recipe said.
func FuzzLiteral(f *testing.F) {
	for _, seed := range []string{
		"a", "$HOME", "a\\", `\`, `"`, "'", "it's \"$x\" \\ ${y:-z}", "<<EOF", "a <<EOF b", " padded ", "tab\there", "[\"a\"]", "--flag", "#x",
		"two\nlines", "set -e\necho \"$X\" \\\n  more\n", "日本", "`x`", "a=b", "x\\ny", "${", "&<>", "\u2028", "[1]", "[ -f x ] && y", "a \\ ",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || text == "" || strings.ContainsRune(text, 0) {
			t.Skip() // no recipe holds it
		}
		one := map[string]any{
			"env":        map[string]any{"vars": map[string]string{"A": text, "B": "b"}},
			"label":      map[string]any{"labels": map[string]string{"a": text}},
			"workdir":    map[string]any{"path": text},
			"user":       map[string]any{"name": text},
			"volume":     map[string]any{"paths": []string{text, "b"}},
			"copy":       map[string]any{"from": []string{text}, "to": "/" + text},
			"run":        map[string]any{"exec": []string{text, "b"}},
			"cmd":        map[string]any{"shell": text},
			"entrypoint": map[string]any{"exec": []string{text}},
			"arg":        map[string]any{"name": "X", "default": text},
		}
		for typ, body := range one {
			checkLiteral(t, typ, body, text)
		}
	})
}

func checkLiteral(t *testing.T, typ string, body any, text string) {
	spec, err := json.Marshal([]map[string]any{{"from": map[string]string{"image": "scratch"}}, {typ: body}})
	if err != nil {
		t.Fatal(err)
	}
	file, problems := Render(steps(t, string(spec)), Options{})
	if len(problems) > 0 {
		if printable(text) && strings.TrimSpace(text) != "" {
			t.Errorf("%s %q: %s", typ, text, problems[0].Text)
		}
		return
	}
	list := commands(t, file.Text)
	if len(list) != 1 {
		t.Fatalf("%s %q became %d instructions:\n%s", typ, text, len(list), file.Text)
	}
	got, want := meaning(list[0]), expected(typ, text)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s %q reads back as %q, want %q:\n%s", typ, text, got, want, file.Text)
	}
}

// meaning takes what matters out of a parsed instruction.
func meaning(command instructions.Command) any {
	switch c := command.(type) {
	case *instructions.EnvCommand:
		return pairsOf(c.Env)
	case *instructions.LabelCommand:
		return pairsOf(c.Labels)
	case *instructions.WorkdirCommand:
		return c.Path
	case *instructions.UserCommand:
		return c.User
	case *instructions.VolumeCommand:
		return c.Volumes
	case *instructions.CopyCommand:
		return append(slices.Clone(c.SourcePaths), c.DestPath)
	case *instructions.RunCommand:
		return c.ShellDependantCmdLine
	case *instructions.CmdCommand:
		return c.ShellDependantCmdLine
	case *instructions.EntrypointCommand:
		return c.ShellDependantCmdLine
	case *instructions.ArgCommand:
		if len(c.Args) == 1 && c.Args[0].Value != nil {
			return c.Args[0].Key + "=" + *c.Args[0].Value
		}
	}
	return fmt.Sprintf("%T", command)
}

func pairsOf(pairs instructions.KeyValuePairs) (out []string) {
	for _, p := range pairs {
		out = append(out, p.Key+"="+p.Value)
	}
	return out
}

func expected(typ, text string) any {
	switch typ {
	case "env":
		return []string{"A=" + text, "B=b"}
	case "label":
		return []string{"a=" + text}
	case "volume":
		return []string{text, "b"}
	case "copy":
		return []string{text, "/" + text}
	case "run":
		return instructions.ShellDependantCmdLine{CmdLine: []string{text, "b"}}
	case "entrypoint":
		return instructions.ShellDependantCmdLine{CmdLine: []string{text}}
	case "cmd":
		script := strings.Trim(text, "\n")
		if oneLine(script) {
			return instructions.ShellDependantCmdLine{CmdLine: []string{script}, PrependShell: true}
		}
		return instructions.ShellDependantCmdLine{CmdLine: []string{"/bin/sh", "-ec", script}}
	case "arg":
		return "X=" + text
	}
	return text
}
