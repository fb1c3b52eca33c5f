package edge

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// account is whom HAProxy becomes: its own user and group where the image has them, else nobody else.
func account(ctx context.Context, r engine.Reader, id string) (name, group string, err error) {
	for path, into := range map[string]*string{"/etc/passwd": &name, "/etc/group": &group} {
		text, err := readFile(ctx, r, id, path)
		if err != nil {
			return "", "", err
		}
		if strings.HasPrefix(text, user+":") || strings.Contains(text, "\n"+user+":") {
			*into = user
		}
	}
	return name, group, nil
}

// readFile reads a small file of a container; a missing one is empty.
func readFile(ctx context.Context, r engine.Reader, id, path string) (string, error) {
	archive, err := r.ReadArchive(ctx, id, path)
	if errors.Is(err, engine.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer archive.Close()
	files := tar.NewReader(archive)
	if _, err := files.Next(); err != nil {
		return "", fmt.Errorf("reading %s of the edge's image: %w", path, err)
	}
	text, err := io.ReadAll(io.LimitReader(files, 1<<20))
	return string(text), err
}
