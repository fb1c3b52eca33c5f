package spec

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// section is one numbered section of spec.md.
type section struct {
	number, title, anchor string
	line                  int
	// claims says that it has a text of its own, which must be shown to hold: by a story, or by what shown names.
	claims bool
	shown  []string
}

var (
	headingPattern = regexp.MustCompile(`^#{2,4} (\d+(?:\.\d+)*)\.? (.+)$`)
	anchorPattern  = regexp.MustCompile(`^<a id="([a-z0-9-]+)"></a>$`)
	shownPattern   = regexp.MustCompile("`([^`]+)`")
)

// sections reads spec.md. A line "Shown by `PATH`, `PATH`." names the tests of what no story can show.
func sections(t *testing.T) []*section {
	t.Helper()
	text, err := os.ReadFile("spec.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []*section
	anchor := ""
	for i, line := range strings.Split(string(text), "\n") {
		if m := anchorPattern.FindStringSubmatch(line); m != nil {
			anchor = m[1]
			continue
		}
		if m := headingPattern.FindStringSubmatch(line); m != nil {
			all = append(all, &section{number: m[1], title: m[2], anchor: anchor, line: i + 1})
			anchor = ""
			continue
		}
		if len(all) == 0 || strings.TrimSpace(line) == "" {
			continue
		}
		last := all[len(all)-1]
		last.claims = true
		if rest, ok := strings.CutPrefix(line, "Shown by "); ok {
			for _, m := range shownPattern.FindAllStringSubmatch(rest, -1) {
				last.shown = append(last.shown, m[1])
			}
		}
	}
	return all
}

// TestSections finds sections that nothing shows to hold, and stories of sections that do not exist.
func TestSections(t *testing.T) {
	t.Parallel()
	all := sections(t)
	told := map[string]string{}
	numbers := map[string]string{}
	for _, s := range all {
		numbers[s.number], numbers[s.anchor] = s.number, s.number
	}
	for _, s := range stories(t, "conformance") {
		if len(s.sections) == 0 || s.about == "" {
			t.Errorf("%s says not which section of spec.md it shows, or not what", s.path)
		}
		for _, name := range s.sections {
			if numbers[name] == "" {
				t.Errorf("%s shows section %s, which spec.md does not have", s.path, name)
			}
			told[numbers[name]] = s.path
		}
	}
	seen := map[string]bool{}
	for _, s := range all {
		for _, path := range s.shown {
			if _, err := os.Stat(filepath.Join("..", path)); err != nil {
				t.Errorf("spec.md:%d: %s %s is said to be shown by %s, which does not exist", s.line, s.number, s.title, path)
			}
		}
		if s.claims && len(s.shown) == 0 && told[s.number] == "" {
			t.Errorf("spec.md:%d: no story shows %s %s", s.line, s.number, s.title)
		}
		if s.anchor == "" || seen[s.anchor] {
			t.Errorf("spec.md:%d: %s %s needs an anchor of its own, <a id=\"...\"></a> on the line before", s.line, s.number, s.title)
		}
		seen[s.anchor] = true
	}
}

// TestDiagnosticSections finds codes whose rule stands in no section.
func TestDiagnosticSections(t *testing.T) {
	t.Parallel()
	all := sections(t)
	for _, info := range diag.Codes() {
		if !slices.ContainsFunc(all, func(s *section) bool { return s.title == info.Section }) {
			t.Errorf("%s names section %q, which spec.md does not have", info.Code, info.Section)
		}
	}
}

// TestNotBuilt holds that what spec.md says is not built is not, by the schemas.
func TestNotBuilt(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("spec.md")
	if err != nil {
		t.Fatal(err)
	}
	top := schema.Block{Blocks: blocks(builtins.Kinds(builtins.Settings{}))}
	for i, line := range strings.Split(string(text), "\n") {
		rest, ok := strings.CutPrefix(line, "Not built yet: ")
		if !ok {
			continue
		}
		for _, m := range shownPattern.FindAllStringSubmatch(rest, -1) {
			if !later(top, strings.Split(m[1], ".")) {
				t.Errorf("spec.md:%d: %s is said to be not built yet, and it is: write what it does, with a story", i+1, m[1])
			}
		}
	}
}

// later tells whether the word at a path of blocks is one that is not built yet.
func later(b schema.Block, path []string) bool {
	b = schema.Complete(b)
	if nested := b.Block(path[0]); nested != nil {
		return nested.Later != "" || len(path) > 1 && later(*nested, path[1:])
	}
	a := b.Arg(path[0])
	return a != nil && a.Later != ""
}
