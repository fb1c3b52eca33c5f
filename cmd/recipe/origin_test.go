package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOrigin(t *testing.T) {
	const commit = "0123456789abcdef0123456789abcdef01234567"
	config := func(url string) string {
		return "[core]\n\tbare = false\n[remote \"other\"]\n\turl = /somewhere/else\n[remote \"origin\"]\n\turl = " + url + "\n"
	}
	for _, c := range []struct {
		name  string
		files map[string]string
		dir   string
		// origin wanted, after the directory's own path, revision
		origin, revision string
	}{
		{"no repository", nil, "shop", hostName() + ":DIR/shop", ""},
		{"a clone over https, with a password", map[string]string{
			".git/config": config("https://me:secret@GitHub.com/acme/shop.git"),
			".git/HEAD":   "ref: refs/heads/main\n", ".git/refs/heads/main": commit + "\n",
		}, "", "github.com/acme/shop", commit},
		{"a clone over ssh, in a directory below", map[string]string{
			".git/config": config("git@github.com:acme/shop.git"), ".git/HEAD": commit + "\n",
		}, "deploy/web", "github.com/acme/shop//deploy/web", commit},
		{"a clone by a URL with a port", map[string]string{
			".git/config": config("ssh://git@example.com:2222/acme/shop"), ".git/HEAD": "ref: refs/heads/main\n",
			".git/packed-refs": "# pack-refs with: peeled\n" + commit + " refs/heads/main\n",
		}, "", "example.com/acme/shop", commit},
		{"a repository without remotes", map[string]string{
			".git/config": "[core]\n", ".git/HEAD": "ref: refs/heads/main\n",
		}, "shop", hostName() + ":DIR/shop", ""},
		{"a linked work tree", map[string]string{
			".git":                         "gitdir: repo/.git/worktrees/one\n",
			"repo/.git/worktrees/one/HEAD": "ref: refs/heads/side\n", "repo/.git/worktrees/one/commondir": "../..\n",
			"repo/.git/config": config("https://example.com/a/b"), "repo/.git/refs/heads/side": commit + "\n",
		}, "", "example.com/a/b", commit},
	} {
		t.Run(c.name, func(t *testing.T) {
			top := t.TempDir()
			for name, text := range c.files {
				path := filepath.Join(top, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want := c.origin
			if before, after, ok := strings.Cut(want, "DIR"); ok {
				want = before + filepath.ToSlash(top) + after
			}
			from, revision := origin(filepath.Join(top, c.dir))
			if from != want || revision != c.revision {
				t.Errorf("origin %q, revision %q; want %q, %q", from, revision, want, c.revision)
			}
		})
	}
}
