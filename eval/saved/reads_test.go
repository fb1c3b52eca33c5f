package saved

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// world is what recipes ask, and counts how often.
type world struct {
	fstest.MapFS
	asked int
}

func (w *world) Open(name string) (fs.File, error) { w.asked++; return w.MapFS.Open(name) }

func ask(t *testing.T, fsys fs.FS) string {
	t.Helper()
	var got []string
	for _, name := range []string{"a.txt", "bin", "none", "conf/b.txt"} {
		data, err := fs.ReadFile(fsys, name)
		if errors.Is(err, fs.ErrNotExist) {
			data = []byte("(absent)")
		} else if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(data))
	}
	below, err := fs.Sub(fsys, "conf")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := fs.ReadDir(below, ".")
	for _, e := range entries {
		got = append(got, e.Name(), e.Type().String())
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.txt", "conf", "nowhere"} {
		info, err := fs.Stat(fsys, name)
		if err != nil {
			got = append(got, "(absent)")
			continue
		}
		got = append(got, info.Name(), info.Mode().Type().String())
	}
	return strings.Join(got, "|")
}

// Answers that were read from a file are those of the first time, whatever there is now, and nobody is asked.
func TestReadsAnswerAgain(t *testing.T) {
	t.Parallel()
	w := &world{MapFS: fstest.MapFS{"a.txt": {Data: []byte("text")}, "bin": {Data: []byte{0xff, 0}}, "conf/b.txt": {Data: nil}, "conf/sub/c": {Data: nil}}}
	var first Reads
	want := ask(t, first.FS("mod", w))
	env := first.Env(func(name string) (string, bool) { return "v-" + name, name != "NONE" })
	env("A")
	env("NONE")
	if _, err := first.Revision(".", func() (string, error) { return "abc", nil }); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(&first)
	if err != nil {
		t.Fatal(err)
	}
	var again Reads
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	other := &world{MapFS: fstest.MapFS{"none": {Data: []byte("there now")}, "a.txt": {Data: []byte("other")}}}
	if got := ask(t, again.FS("mod", other)); got != want || other.asked > 0 {
		t.Errorf("got %q after %d questions, want %q", got, other.asked, want)
	}
	env = again.Env(func(string) (string, bool) { return "other", true })
	a, _ := env("A")
	_, set := env("NONE")
	revision, _ := again.Revision(".", func() (string, error) { return "other", nil })
	if a != "v-A" || set || revision != "abc" {
		t.Errorf("A is %q, NONE is set: %v, the revision is %q", a, set, revision)
	}
	if b, _ := env("B"); b != "other" {
		t.Errorf("what was not asked before is %q", b)
	}
}

func TestReadsLargeFile(t *testing.T) {
	t.Parallel()
	var r Reads
	w := &world{MapFS: fstest.MapFS{"large": {Data: make([]byte, maxContent+1)}}}
	for range 2 {
		f, err := r.FS(".", w).Open("large")
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := io.Copy(io.Discard, f); n != maxContent+1 {
			t.Errorf("read %d bytes", n)
		}
	}
	text, err := json.Marshal(&r)
	if err != nil || len(text) > 200 || w.asked != 2 {
		t.Errorf("%d bytes are kept, and it was opened %d times: %v", len(text), w.asked, err)
	}
}

// Nothing in which a sensitive value stands is plain, wherever it stands.
func TestReadsPlain(t *testing.T) {
	t.Parallel()
	var r Reads
	fsys := r.FS(".", fstest.MapFS{
		"a.txt": {Data: []byte("has hunter2 in it")}, "b.txt": {Data: []byte("plain")}, "hunter2.txt": {Data: nil}, "dir/hunter2": {Data: nil},
	})
	for _, name := range []string{"a.txt", "b.txt", "hunter2.txt"} {
		if _, err := fs.ReadFile(fsys, name); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := fs.ReadDir(fsys, "dir"); err != nil {
		t.Fatal(err)
	}
	env := r.Env(func(name string) (string, bool) { return "x-" + name, true })
	env("hunter2")
	env("B")
	r.Secret("hunter2")
	r.Secret("")
	text, err := json.Marshal(r.Plain())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "hunter2") || !strings.Contains(string(text), "plain") || !strings.Contains(string(text), "x-B") {
		t.Errorf("plain is %s", text)
	}
}

func TestSources(t *testing.T) {
	t.Parallel()
	s := Sources{"recipe.hcl": "a", "../lib/recipe.hcl": "b", "/abs/x.recipe.hcl": "c"}
	for dir, want := range map[string][]string{".": {"recipe.hcl"}, "../lib": {"recipe.hcl"}, "/abs": {"x.recipe.hcl"}} {
		info, err := fs.Stat(s, dir)
		if err != nil || !info.IsDir() {
			t.Fatal(dir, err)
		}
		var got []string
		entries, _ := s.ReadDir(dir)
		for _, e := range entries {
			got = append(got, e.Name())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s has %q", dir, got)
		}
	}
	text, err := fs.ReadFile(s, "../lib/recipe.hcl")
	if _, missing := s.Open("lib"); string(text) != "b" || err != nil || !errors.Is(missing, fs.ErrNotExist) {
		t.Errorf("%q, %v, %v", text, err, missing)
	}
}
