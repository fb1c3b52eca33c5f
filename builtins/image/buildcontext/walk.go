package buildcontext

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// entry is one path of a context.
type entry struct {
	path string // with slashes, relative to the context
	info fs.FileInfo
}

// Ignore reads the patterns of what a builder does not see. Before those of .dockerignore come two of our own, which a
// pattern with ! takes back: the recipe's files and saved plans of it, since how many replicas run changes no image, and git's directory,
// which every commit changes.
func Ignore(root, dockerfile string) ([]string, error) {
	patterns := []string{"recipe.hcl", "*.recipe.hcl", "*.recipe.json", "*.recipe.plan", "*.auto.vars.hcl", "*.auto.vars.json", ".git"}
	names := []string{".dockerignore"}
	if dockerfile != "" {
		names = []string{dockerfile + ".dockerignore", ".dockerignore"}
	}
	for _, name := range names {
		path := filepath.Join(root, filepath.FromSlash(name))
		text, err := ReadText(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s cannot be read (%w); make it readable or remove it", path, err)
		}
		own, err := ignorefile.ReadAll(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("%s cannot be read (%w); make it a file of patterns, one a line, or remove it", path, err)
		}
		for _, pattern := range own { // one by one: the error does not tell which it is
			if _, err := patternmatcher.New([]string{pattern}); err != nil {
				return nil, fmt.Errorf("%s has a pattern that cannot be read: %q; mend it, or remove its line", path, pattern)
			}
		}
		return append(patterns, own...), nil
	}
	return patterns, nil
}

// walk lists what is left of a directory, in order of path. Directories of which nothing but a deeper file was taken
// back are listed too, as builders see them.
func walk(ctx context.Context, root string, ignore []string) ([]entry, error) {
	matcher, err := patternmatcher.New(ignore)
	if err != nil {
		return nil, err
	}
	w := &walker{root: root, matcher: matcher, parents: map[string]patternmatcher.MatchInfo{}}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return w.visit(path, d, err)
	})
	return w.entries, err
}

type walker struct {
	root    string
	matcher *patternmatcher.PatternMatcher
	parents map[string]patternmatcher.MatchInfo
	entries []entry
	// pending are directories that are ignored themselves and listed once something in them is not.
	pending []entry
}

func (w *walker) visit(path string, d fs.DirEntry, err error) error {
	if path == w.root {
		if err != nil {
			return fmt.Errorf("the build context %s cannot be read: %w", path, err)
		}
		return nil
	}
	relative, relErr := filepath.Rel(w.root, path)
	if relErr != nil {
		return relErr
	}
	ignored, matchErr := w.match(relative)
	if matchErr != nil {
		return matchErr
	}
	if ignored && d != nil && !d.IsDir() {
		return nil
	}
	if ignored && !w.reaches(relative) {
		return fs.SkipDir
	}
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it went while we looked, as temporary files do
		}
		return unreadable(path, err)
	}
	info, err := d.Info()
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return unreadable(path, err)
	}
	return w.add(entry{filepath.ToSlash(relative), info}, ignored)
}

func (w *walker) add(e entry, ignored bool) error {
	mode := e.info.Mode()
	if !mode.IsDir() && !mode.IsRegular() && mode&fs.ModeSymlink == 0 {
		if mode&fs.ModeSocket != 0 {
			return nil // builders leave sockets out
		}
		return fmt.Errorf("%s is in the build context and is neither a file nor a directory nor a link; name it in .dockerignore", filepath.Join(w.root, e.path))
	}
	for len(w.pending) > 0 && !strings.HasPrefix(e.path, w.pending[len(w.pending)-1].path+"/") {
		w.pending = w.pending[:len(w.pending)-1]
	}
	if ignored {
		w.pending = append(w.pending, e)
		return nil
	}
	w.entries = append(w.entries, w.pending...)
	w.pending = nil
	w.entries = append(w.entries, e)
	return nil
}

// match asks the patterns about a path, whose parents were asked before.
func (w *walker) match(path string) (bool, error) {
	ignored, info, err := w.matcher.MatchesUsingParentResults(path, w.parents[filepath.Dir(path)])
	if err != nil {
		return false, err
	}
	w.parents[path] = info
	return ignored, nil
}

// reaches reports whether a pattern with ! may take back something below an ignored directory.
func (w *walker) reaches(dir string) bool {
	if !w.matcher.Exclusions() {
		return false
	}
	for _, p := range w.matcher.Patterns() {
		if !p.Exclusion() {
			continue
		}
		if strings.ContainsAny(p.String(), "*?[") || strings.HasPrefix(p.String()+"/", dir+string(filepath.Separator)) {
			return true
		}
	}
	return false
}
