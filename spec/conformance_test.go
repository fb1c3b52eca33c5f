package spec

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/deployrecipe/recipe/lang/diag"
)

// TestConformance tells every story of conformance in memory, but for those that only a program can be told.
func TestConformance(t *testing.T) {
	t.Parallel()
	for _, s := range stories(t, "conformance") {
		if !s.whole(&player{}) {
			continue // TestBinary's alone
		}
		t.Run(s.name(), func(t *testing.T) {
			t.Parallel()
			defer s.save(t)
			s.play(t)
		})
	}
}

// play tells a story in memory and in virtual time.
func (s *story) play(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		p := newPlayer(t, dir, s.env)
		defer p.world.Close()
		s.tell(t, dir, p)
		s.check(t, p.codes)
	})
}

// TestDiagnostics tells the example of each code: one that gives it, and its mend.
func TestDiagnostics(t *testing.T) {
	t.Parallel()
	known, missing := map[string]bool{}, map[string]bool{}
	for _, info := range diag.Codes() {
		known[string(info.Code)], missing[string(info.Code)] = true, true
	}
	for _, s := range stories(t, "diagnostics") {
		t.Run(s.name(), func(t *testing.T) {
			t.Parallel()
			if !known[s.name()] {
				t.Fatalf("%s is an example of a code that does not exist", s.path)
			}
			if s.untold != "" && len(s.archive.Files) == 0 {
				return
			}
			if !slices.Equal(s.codes, []string{s.name()}) || s.about == "" {
				t.Errorf("%s names the codes %q and says %q; it shows %s, and says what to do about it", s.path, s.codes, s.about, s.name())
			}
			if s.whole(&player{}) { // else it is TestBinary's alone
				defer s.save(t)
				s.play(t)
			}
			if last := s.archive.Files[len(s.archive.Files)-1]; strings.Contains(string(last.Data), "\nexit ") {
				t.Errorf("%s ends with an error; it must end with the mend", s.path)
			}
		})
		delete(missing, s.name())
	}
	for code := range missing {
		t.Errorf("%s has no example: write diagnostics/%s.txtar", code, code)
	}
}
