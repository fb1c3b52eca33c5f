// Package git reads what git's own files tell of the work tree that a directory is in: a process of git would cost
// more than the rest of a plan.
package git

import (
	"bufio"
	"bytes"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Repository is a git work tree.
type Repository struct {
	// Top is the work tree's directory.
	Top    string
	git    string // what is of this work tree alone: HEAD
	common string // what all work trees share: config, refs
}

// Find walks up to the work tree that dir is in. In a linked work tree, or a submodule, .git is a file
// that names the real directory.
func Find(dir string) (Repository, bool) {
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
			return Repository{top, git, common}, true
		}
		if top == filepath.Dir(top) {
			return Repository{}, false
		}
	}
}

func absolute(base, p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(base, p)
}

// Revision is the commit of HEAD, empty where there is none yet.
func (r Repository) Revision() string {
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

// Remote is the URL of the remote "origin", or else of the first one, in the form that all ways to the same
// repository have in common.
func (r Repository) Remote() string {
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

func line(text []byte) string { return strings.TrimSpace(string(text)) }
