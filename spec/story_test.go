package spec

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/deployrecipe/recipe/lang/fold"
)

var update = flag.Bool("update", false, "rewrite the expected texts")

// story is one txtar archive: a comment, and then files and command lines from top to bottom. A file entry writes
// the file, in place of one of that name from before. An entry whose name begins with "recipe " runs that command
// line, and its text is what the command must print, both streams, with a last line "exit N" where N is not 0.
// Digests stand there by names of the story's own, equal ones by the same. "< FILE" at the end of a command line is its
// standard input. An entry "cat FILE" shows what a file holds by then. An entry "docker stop ADDRESS", or crash, rm,
// update or limit (limits), disconnect (from all networks) or connect (to another one), is somebody else's doing, to all
// containers of a service; rm is to a network, a volume or an image, too, retag to an image, lead (to another service)
// to a port on the edge, and forget loses the record; "listen ADDRESS" is another program of the
// engine's machine that listens there from then on.
//
// Lines of the comment that begin with a known word and a colon are for the runner:
//
//	spec: 4.3, each        the sections of spec.md that it shows, by number or anchor
//	code: unknown-key      the codes of all diagnostics that it gives, once each; without it, there are none
//	env: NAME=VALUE        an environment variable, one a line
//	untold: REASON         why a code has no story
type story struct {
	path     string
	archive  *txtar.Archive
	about    string
	sections []string
	codes    []string
	env      []string
	untold   string
}

// stories reads all archives of a directory, by name.
func stories(t *testing.T, dir string) []*story {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s holds no stories: %v", dir, err)
	}
	var all []*story
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, readStory(path, archive))
	}
	return all
}

func readStory(path string, archive *txtar.Archive) *story {
	s := &story{path: path, archive: archive}
	var about []string
	for line := range strings.Lines(string(archive.Comment)) {
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "#"))
		word, rest, _ := strings.Cut(line, ": ")
		switch word {
		case "spec":
			s.sections = append(s.sections, commas(rest)...)
		case "code":
			s.codes = append(s.codes, commas(rest)...)
		case "env":
			s.env = append(s.env, rest)
		case "untold":
			s.untold = rest
		default:
			about = append(about, line)
		}
	}
	s.about = strings.TrimSpace(strings.Join(about, "\n"))
	slices.Sort(s.codes)
	return s
}

func commas(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

func (s *story) name() string { return strings.TrimSuffix(filepath.Base(s.path), ".txtar") }

// command gives the program and the words of an entry that is a command line.
func command(entry string) (program string, args []string, ok bool) {
	program, line, ok := strings.Cut(entry, " ")
	return program, strings.Fields(line), ok && slices.Contains([]string{"recipe", "docker", "listen", "wait", "cat"}, program)
}

// whole tells whether a teller can run all commands of a story.
func (s *story) whole(by teller) bool {
	return !slices.ContainsFunc(s.archive.Files, func(f txtar.File) bool {
		program, args, ok := command(f.Name)
		return ok && !by.can(program, args)
	})
}

// teller runs commands in the directory that the files of a story are in.
type teller interface {
	// can tells whether the teller can run a command.
	can(program string, args []string) bool
	// run gives all that a command printed, and its exit code.
	run(program string, args []string) (text string, code int)
}

// check compares the codes that a story gave with those that it names. These are never rewritten: a story cannot become
// one of an error by itself.
func (s *story) check(t *testing.T, codes map[string]bool) {
	t.Helper()
	got := slices.Sorted(maps.Keys(codes))
	if diff := gocmp.Diff(s.codes, got, gocmp.Transformer("list", func(l []string) []string { return append([]string{}, l...) })); diff != "" {
		t.Errorf("%s gives diagnostics of other codes than it names, - want + got:\n%s", s.path, diff)
	}
}

// tell plays the story in dir. It ends before the first command that the teller cannot run.
func (s *story) tell(t *testing.T, dir string, by teller) {
	t.Helper()
	named := digests{}
	for i, entry := range s.archive.Files {
		program, args, ok := command(entry.Name)
		if !ok {
			write(t, filepath.Join(dir, entry.Name), expanded(entry.Data))
			continue
		}
		if !by.can(program, args) {
			return
		}
		text, code := by.run(program, args)
		text = named.clean(renamed(text, dir, "/WORK"), code)
		if *update {
			s.archive.Files[i].Data = []byte(text)
			continue
		}
		if diff := gocmp.Diff(string(entry.Data), text); diff != "" {
			t.Errorf("%s: %s prints, - want + got:\n%s", s.path, entry.Name, diff)
		}
	}
}

// expanded gives what a file of a story stands for: a line "@repeat N TEXT" is N lines of the text.
func expanded(data []byte) []byte {
	var b bytes.Buffer
	for line := range bytes.Lines(data) {
		words := strings.SplitN(string(line), " ", 3)
		if n, err := strconv.Atoi(words[min(1, len(words)-1)]); err == nil && words[0] == "@repeat" {
			line = bytes.Repeat([]byte(words[2]), n)
		}
		b.Write(line)
	}
	return b.Bytes()
}

// digests are the names that a story has for digests, by the digest: they change with every argument that the
// language gets, and what a story shows is which of them are the same.
type digests map[string]string

var digestPattern = regexp.MustCompile(`\bsha256:[0-9a-f]{64}\b|\b[0-9a-f]{16}\b|\b[0-9a-f]{12}\b|\b[0-9a-f]{8}\b`)

// clean gives a command's text the form that stories have: digests are numbered as they appear.
func (d digests) clean(text string, code int) string {
	text = digestPattern.ReplaceAllStringFunc(text, func(digest string) string {
		if d[digest] == "" {
			kind := cmp.Or(map[int]string{8: "R", 12: "C", 16: "H"}[len(digest)], "sha256:D")
			n := 1
			for _, name := range d {
				if strings.HasPrefix(name, kind) {
					n++
				}
			}
			d[digest] = kind + strconv.Itoa(n)
		}
		return d[digest]
	})
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	if code != 0 {
		text += fmt.Sprintf("exit %d\n", code)
	}
	return text
}

var paragraph = regexp.MustCompile(`(?m)^[A-Za-z"-].*(\n[^ \[\n].*)*`)

// renamed writes what differs from one run to the next as stories have it. Paragraphs that have it are folded again: where
// they break depends on how long it is.
func renamed(text, name, story string) string {
	text = paragraph.ReplaceAllStringFunc(text, func(lines string) string {
		if line := strings.ReplaceAll(lines, "\n", " "); strings.Contains(line, name) {
			return fold.Words(strings.ReplaceAll(line, name, story), 80, 0)
		}
		return lines
	})
	return strings.ReplaceAll(text, name, story)
}

// save writes the story where its texts were rewritten.
func (s *story) save(t *testing.T) {
	t.Helper()
	if text := txtar.Format(s.archive); *update {
		if old, err := os.ReadFile(s.path); err != nil || !bytes.Equal(old, text) {
			write(t, s.path, text)
		}
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path, data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
