package buildcontext

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// tree writes files; a name that ends in / is a directory, content that begins with -> a link.
func tree(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		switch target, link := strings.CutPrefix(files[name], "->"); {
		case strings.HasSuffix(name, "/"):
			must(t, os.MkdirAll(path, 0o755))
		case link:
			must(t, os.Symlink(target, path))
		default:
			must(t, os.WriteFile(path, []byte(files[name]), 0o644))
		}
	}
	return dir
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func scan(t testing.TB, dir string, options Options) Context {
	t.Helper()
	if options.Now.IsZero() {
		options.Now = time.Now()
	}
	c, err := Scan(context.Background(), dir, options)
	must(t, err)
	return c
}

func paths(c Context) string { return strings.Join(slices.Sorted(maps.Keys(c.Manifest)), " ") }

func TestScanLeavesOutWhatIsIgnored(t *testing.T) {
	dir := tree(t, map[string]string{
		"recipe.hcl": "", "db.recipe.hcl": "", ".git/HEAD": "", "a.txt": "a", "docs/b.md": "b", "docs/keep.md": "k",
		"tmp/x": "x", "lib/c": "c", "sub/recipe.hcl": "", ".dockerignore": "tmp\ndocs/*.md\n!docs/keep.md\n",
	})
	const want = ".dockerignore a.txt docs docs/keep.md lib lib/c sub sub/recipe.hcl"
	if got := paths(scan(t, dir, Options{})); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	must(t, os.WriteFile(filepath.Join(dir, ".dockerignore"), []byte("*\n!.git\n!lib/c\n"), 0o644))
	if got, want := paths(scan(t, dir, Options{})), ".git .git/HEAD lib lib/c"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	must(t, os.WriteFile(filepath.Join(dir, "My.dockerignore"), []byte("**\n!a.txt\n"), 0o644))
	if got, want := paths(scan(t, dir, Options{Dockerfile: "My"})), "a.txt"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestManifestTellsWhatABuildCanTell(t *testing.T) {
	dir := tree(t, map[string]string{"a": "1", "dir/b": "2", "link": "->a", "empty/": ""})
	cacheDir := t.TempDir()
	later := Options{CacheDir: cacheDir, Now: time.Now().Add(time.Hour)}
	before := scan(t, dir, later)
	same := func(what string, want bool) {
		t.Helper()
		got := scan(t, dir, later).Manifest
		plain := scan(t, dir, Options{}).Manifest
		if !maps.Equal(got, plain) {
			t.Errorf("%s: the cache changes the manifest", what)
		}
		if maps.Equal(got, before.Manifest) != want {
			t.Errorf("%s: same manifest: %v, want %v", what, !want, want)
		}
		before.Manifest = got
	}
	old := time.Now().Add(-time.Hour)
	must(t, os.Chtimes(filepath.Join(dir, "a"), old, old))
	same("touch", true)
	must(t, os.WriteFile(filepath.Join(dir, "a"), []byte("2"), 0o644))
	same("content", false)
	must(t, os.Chmod(filepath.Join(dir, "a"), 0o755))
	same("permissions", false)
	must(t, os.Remove(filepath.Join(dir, "link")))
	must(t, os.Symlink("dir/b", filepath.Join(dir, "link")))
	same("link target", false)
	must(t, os.Remove(filepath.Join(dir, "empty")))
	same("directory", false)
}

func TestFreshChangesAreNotTrusted(t *testing.T) {
	dir := tree(t, map[string]string{"a": "one"})
	cacheDir, path := t.TempDir(), filepath.Join(dir, "a")
	stamp := time.Now()
	must(t, os.Chtimes(path, stamp, stamp))
	options := Options{CacheDir: cacheDir, Now: stamp.Add(time.Second)}
	before := scan(t, dir, options)
	must(t, os.WriteFile(path, []byte("two"), 0o644)) // of the same size
	must(t, os.Chtimes(path, stamp, stamp))
	if maps.Equal(before.Manifest, scan(t, dir, options).Manifest) {
		t.Error("a change within two seconds of another was not seen")
	}
}

func TestCacheMayBeCorrupt(t *testing.T) {
	dir := tree(t, map[string]string{"a": "one"})
	options := Options{CacheDir: t.TempDir(), Now: time.Now().Add(time.Hour)}
	want := scan(t, dir, options)
	root, err := filepath.EvalSymlinks(dir)
	must(t, err)
	for _, junk := range []string{"", "{", `{"format":9,"files":{"a":{"d":"x"}}}`, `[]`} {
		must(t, os.WriteFile(cacheFile(options.CacheDir, root), []byte(junk), 0o600))
		if got := scan(t, dir, options); !maps.Equal(got.Manifest, want.Manifest) {
			t.Errorf("cache %q changes the manifest", junk)
		}
	}
	options.CacheDir = filepath.Join(dir, "a", "impossible")
	scan(t, dir, options)
}

func TestErrorsNameThePath(t *testing.T) {
	dir := tree(t, map[string]string{"a": "1", "bad/.dockerignore": "[\n", "dirignore/.dockerignore/x": ""})
	for path, want := range map[string]string{
		"none":      "does not exist; create it",
		"a":         "is not a directory; set context",
		"bad":       `has a pattern that cannot be read: "["; mend it`,
		"dirignore": "not a regular file",
	} {
		_, err := Scan(context.Background(), filepath.Join(dir, path), Options{})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), filepath.Join(dir, path)) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
	if os.Getuid() == 0 {
		return // who may read everything cannot test the rest
	}
	must(t, os.Chmod(filepath.Join(dir, "a"), 0))
	if _, err := Scan(context.Background(), dir, Options{}); err == nil || !strings.Contains(err.Error(), "make it readable, or name it in .dockerignore") {
		t.Error(err)
	}
}

func TestSelect(t *testing.T) {
	plain := scan(t, tree(t, map[string]string{"go.mod": "", "cmd/a.go": "", "cmd/sub/b.go": "", "x.md": ""}), Options{})
	linked := scan(t, tree(t, map[string]string{"real/f": "", "l": "->real", "x.md": ""}), Options{})
	for _, test := range []struct {
		c        Context
		patterns string
		want     string
	}{
		{plain, "", ""},
		{plain, ".", "cmd cmd/a.go cmd/sub cmd/sub/b.go go.mod x.md"},
		{plain, "go.* /x.md", "go.mod x.md"},
		{plain, "./cmd/", "cmd cmd/a.go cmd/sub cmd/sub/b.go"},
		{plain, "cmd/*.go", "cmd/a.go"},
		{plain, "*/sub/./b.go", "cmd/sub/b.go"},
		{linked, "x.md", "x.md"},
		{linked, "l/f", "l real real/f x.md"},
		{linked, "*", "l real real/f x.md"},
	} {
		got := strings.Join(slices.Sorted(maps.Keys(test.c.Select(strings.Fields(test.patterns)))), " ")
		if got != test.want {
			t.Errorf("%q selects %q, want %q", test.patterns, got, test.want)
		}
	}
}

func BenchmarkScanAgain(b *testing.B) {
	files := map[string]string{}
	for i := range 2000 {
		files[fmt.Sprintf("d%d/f%d", i%40, i)] = strings.Repeat("x", 10_000)
	}
	dir := tree(b, files)
	options := Options{CacheDir: b.TempDir(), Now: time.Now().Add(time.Hour)}
	scan(b, dir, options)
	for b.Loop() {
		scan(b, dir, options)
	}
}
