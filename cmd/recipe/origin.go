package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/deployrecipe/recipe/builtins/git"
)

// origin tells where a recipe's directory comes from and which revision it is of. What cannot be read gives host and directory, which
// identify a recipe as well as long as it stays there.
func origin(dir string) (from, revision string) {
	from = hostName() + ":" + filepath.ToSlash(dir)
	repo, ok := git.Find(dir)
	if !ok {
		return from, ""
	}
	if remote := repo.Remote(); remote != "" {
		from = remote
		if below, err := filepath.Rel(repo.Top, dir); err == nil && below != "." {
			from += "//" + filepath.ToSlash(below)
		}
	}
	return from, repo.Revision()
}

func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return name
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
