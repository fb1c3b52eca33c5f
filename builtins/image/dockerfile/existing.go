package dockerfile

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// Existing reads a Dockerfile that people wrote: it is built as it is, but for the base images, which pin may
// give other references.
func Existing(text []byte, args map[string]string, pin func(ref string) string) (File, error) {
	if line, ok := syntaxLine(text); ok {
		return File{}, fmt.Errorf("it asks for another frontend (%q), which would be pulled for each build; remove that line", line)
	}
	parsed, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return File{}, err
	}
	stages, metaArgs, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		return File{}, err
	}
	if len(stages) == 0 {
		return File{}, fmt.Errorf("it has no FROM")
	}
	e := existing{args: defaults(metaArgs, args), names: map[string]bool{}, pin: pin}
	e.lines = strings.SplitAfter(string(text), "\n")
	for i, stage := range stages {
		if err := e.stage(stage, i); err != nil {
			return File{}, err
		}
	}
	e.file.Text = strings.Join(e.lines, "")
	e.file.Sources = []string{"."}
	return e.file, nil
}

var syntaxComment = regexp.MustCompile(`(?i)^#\s*syntax\s*=.*`)

func syntaxLine(text []byte) (string, bool) {
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "#") {
			return "", false
		}
		if syntaxComment.MatchString(line) {
			return line, true
		}
	}
	return "", false
}

// variables are what FROM lines may use.
type variables map[string]string

// Get and Keys let variables serve the frontend's own expansion.
func (v variables) Get(name string) (string, bool) { value, ok := v[name]; return value, ok }

// Keys lists the variables.
func (v variables) Keys() []string {
	var keys []string
	for key := range v {
		keys = append(keys, key)
	}
	return keys
}

func defaults(metaArgs []instructions.ArgCommand, args map[string]string) variables {
	vars := variables{}
	for _, command := range metaArgs {
		for _, a := range command.Args {
			switch given, ok := args[a.Key]; {
			case ok:
				vars[a.Key] = given
			case a.Value != nil:
				value, _, err := shell.NewLex('\\').ProcessWord(*a.Value, vars)
				if err == nil {
					vars[a.Key] = value
				}
			}
		}
	}
	return vars
}

type existing struct {
	file  File
	lines []string
	args  variables
	names map[string]bool
	pin   func(string) string
}

func (e *existing) stage(stage instructions.Stage, index int) error {
	name, _, err := shell.NewLex('\\').ProcessWord(stage.BaseName, e.args)
	if err != nil {
		return err
	}
	if !e.names[strings.ToLower(name)] {
		if err := e.base(name, stage.BaseName, stage.Location); err != nil {
			return err
		}
	}
	if stage.Name != "" {
		e.names[strings.ToLower(stage.Name)] = true
	}
	e.names[fmt.Sprint(index)] = true
	for _, command := range stage.Commands {
		if err := e.command(command); err != nil {
			return err
		}
	}
	return nil
}

// command notes the images and agents that an instruction uses. Names of later stages are errors of the build.
func (e *existing) command(command instructions.Command) error {
	switch c := command.(type) {
	case *instructions.CopyCommand:
		if c.From != "" && !e.names[strings.ToLower(c.From)] {
			return e.base(c.From, c.From, c.Location())
		}
	case *instructions.RunCommand:
		for _, m := range instructions.GetMounts(c) {
			switch {
			case m.From != "" && !e.names[strings.ToLower(m.From)]:
				if err := e.base(m.From, m.From, c.Location()); err != nil {
					return err
				}
			case m.Type == instructions.MountTypeSecret:
				return fmt.Errorf("line %d mounts a secret, which a recipe can hand over only to the run blocks of an image; write the image as blocks", line(c.Location()))
			}
		}
		if strings.Contains(c.String(), "type=ssh") && !slices.Contains(e.file.SSH, "default") {
			e.file.SSH = append(e.file.SSH, "default")
		}
	}
	return nil
}

// base notes an image and pins it where it stands in the text as word.
func (e *existing) base(ref, word string, at []parser.Range) error {
	if ref == "scratch" {
		return nil
	}
	if _, err := reference.ParseDockerRef(ref); err != nil {
		return fmt.Errorf("line %d: %q is not an image reference; give its build arguments values in args", line(at), ref)
	}
	if !slices.Contains(e.file.Bases, ref) {
		e.file.Bases = append(e.file.Bases, ref)
	}
	if e.pin == nil || len(at) == 0 {
		return nil
	}
	pinned := e.pin(ref)
	for i := at[0].Start.Line; pinned != ref && i <= at[0].End.Line && i <= len(e.lines); i++ {
		before := e.lines[i-1]
		e.lines[i-1] = replaceWord(before, word, pinned)
		if e.lines[i-1] != before {
			break
		}
	}
	return nil
}

// replaceWord replaces the first occurrence of word that stands alone or behind from=.
func replaceWord(text, word, with string) string {
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return text
		}
		i += from
		end := i + len(word)
		alone := (i == 0 || strings.ContainsRune(" \t=", rune(text[i-1]))) &&
			(end == len(text) || strings.ContainsRune(" \t\r\n,\\", rune(text[end])))
		if alone {
			return text[:i] + with + text[end:]
		}
		from = end
	}
}

func line(at []parser.Range) int {
	if len(at) == 0 {
		return 0
	}
	return at[0].Start.Line
}
