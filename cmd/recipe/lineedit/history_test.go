package lineedit

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state", "history")
	h := OpenHistory(file)
	for _, entry := range []string{"one", "two", "two", " secret", "", "two\nlines", "three"} {
		h.Remember(entry)
		h.Add(entry) // as the terminal does with each line
	}
	for i, h := range []*History{h, OpenHistory(file)} {
		var got []string
		for i := range h.Len() {
			got = append(got, h.At(i))
		}
		if !slices.Equal(got, []string{"three", "two", "one"}) {
			t.Errorf("%d: %q", i, got)
		}
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	dir, err := os.Stat(filepath.Dir(file))
	if err != nil || dir.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", dir, err)
	}
}

// A file that others can read is so no longer once something was added.
func TestHistoryIsPrivate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	if err := os.WriteFile(file, []byte("one\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	OpenHistory(file).Remember("two")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	var text strings.Builder
	for i := range 2*maxEntries + 1 {
		fmt.Fprintln(&text, i)
	}
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	h := OpenHistory(file)
	if h.Len() != maxEntries || h.At(0) != fmt.Sprint(2*maxEntries) {
		t.Errorf("%d entries, the last %s", h.Len(), h.At(0))
	}
	cut, err := os.ReadFile(file)
	if n := strings.Count(string(cut), "\n"); err != nil || n != maxEntries {
		t.Errorf("the file has %d lines, %v", n, err)
	}
}

// Without a place to keep it, a history lasts as long as the program.
func TestHistoryWithoutFile(t *testing.T) {
	for _, file := range []string{"", "/dev/null/history"} {
		h := OpenHistory(file)
		h.Remember("one")
		if h.Len() != 1 {
			t.Errorf("%q: %d entries", file, h.Len())
		}
	}
}

func TestStateFile(t *testing.T) {
	for _, tt := range []struct{ state, home, want string }{
		{"/state", "/home/me", "/state/recipe/x"},
		{"", "/home/me", "/home/me/.local/state/recipe/x"},
		{"relative", "/home/me", "/home/me/.local/state/recipe/x"},
		{"", "", ""},
	} {
		env := func(name string) (string, bool) {
			return map[string]string{"XDG_STATE_HOME": tt.state, "HOME": tt.home}[name], true
		}
		if got := StateFile(env, "x"); got != tt.want {
			t.Errorf("%+v: got %q", tt, got)
		}
	}
}
