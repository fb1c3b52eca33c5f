package main

import (
	"bufio"
	"bytes"
	"context"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// origin tells where a recipe's directory comes from and which revision it is of, read from git's own files: a
// process of git would cost more than the rest of a plan. What cannot be read gives host and directory, which
// identify a recipe as well as long as it stays there.
func origin(dir string) (from, revision string) {
	from = hostName() + ":" + filepath.ToSlash(dir)
	repo, ok := findRepository(dir)
	if !ok {
		return from, ""
	}
	if remote := repo.remote(); remote != "" {
		from = remote
		if below, err := filepath.Rel(repo.top, dir); err == nil && below != "." {
			from += "//" + filepath.ToSlash(below)
		}
	}
	return from, repo.revision()
}

func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return name
}

// repository is a git work tree.
type repository struct {
	top    string // of the work tree
	git    string // what is of this work tree alone: HEAD
	common string // what all work trees share: config, refs
}

// findRepository walks up to the work tree that dir is in. In a linked work tree, or a submodule, .git is a file
// that names the real directory.
func findRepository(dir string) (repository, bool) {
	for top := dir; ; top = filepath.Dir(top) {
		git := filepath.Join(top, ".git")
		if info, err := os.Stat(git); err == nil {
			if !info.IsDir() {
				text, _ := os.ReadFile(git)
				git = absolute(top, strings.TrimPrefix(line(text), "gitdir: "))
			}
			common := git
			if text, err := os.ReadFile(filepath.Join(git, "commondir")); err == nil {
				common = absolute(git, line(text))
			}
			return repository{top, git, common}, true
		}
		if top == filepath.Dir(top) {
			return repository{}, false
		}
	}
}

func absolute(base, p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(base, p)
}

// revision is the commit of HEAD, empty where there is none yet.
func (r repository) revision() string {
	text, _ := os.ReadFile(filepath.Join(r.git, "HEAD"))
	ref, ok := strings.CutPrefix(line(text), "ref: ")
	if !ok {
		return line(text)
	}
	for _, dir := range []string{r.git, r.common} {
		if text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(ref))); err == nil {
			return line(text)
		}
	}
	packed, _ := os.ReadFile(filepath.Join(r.common, "packed-refs"))
	for text := range strings.SplitSeq(string(packed), "\n") {
		if hash, name, ok := strings.Cut(text, " "); ok && name == ref {
			return hash
		}
	}
	return ""
}

// remote is the URL of the remote "origin", or else of the first one, in the form that all ways to the same
// repository have in common.
func (r repository) remote() string {
	text, err := os.ReadFile(filepath.Join(r.common, "config"))
	if err != nil {
		return ""
	}
	first, section := "", ""
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		entry := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(entry, "[") {
			section = entry
			continue
		}
		key, value, ok := strings.Cut(entry, "=")
		if !ok || strings.TrimSpace(key) != "url" || !strings.HasPrefix(section, `[remote "`) {
			continue
		}
		found := plainRemote(strings.Trim(strings.TrimSpace(value), `"`))
		if section == `[remote "origin"]` {
			return found
		}
		if first == "" {
			first = found
		}
	}
	return first
}

// plainRemote is host and path alone: user, password and protocol are the operator's, and no two operators need
// have the same.
func plainRemote(remote string) string {
	host, p := "", ""
	if u, err := url.Parse(remote); err == nil && u.Host != "" {
		host, p = u.Hostname(), u.Path
	} else if before, after, ok := strings.Cut(remote, ":"); ok && !strings.Contains(before, "/") {
		host, p = before[strings.LastIndex(before, "@")+1:], "/"+after
	} else {
		return strings.TrimSuffix(strings.TrimPrefix(remote, "file://"), ".git")
	}
	return strings.ToLower(host) + strings.TrimSuffix(path.Clean(p), ".git")
}

// dirty tells whether files of dir differ from their revision. It asks git, since only git knows what it ignores,
// and only where an apply writes history.
func dirty(ctx context.Context, dir string) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	status := exec.CommandContext(ctx, "git", "-C", dir, "status", "--porcelain", "--", ".")
	status.WaitDelay = time.Second // it may start a daemon, which outlives it
	out, err := status.Output()
	return err == nil && len(bytes.TrimSpace(out)) > 0
}

func line(text []byte) string { return strings.TrimSpace(string(text)) }
