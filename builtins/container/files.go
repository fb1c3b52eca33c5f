package container

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/eval/kind"
)

// reveal fills the environment in, secrets with it.
func (c *CreateConfig) reveal(in kind.Inputs) error {
	for _, name := range slices.Sorted(maps.Keys(c.Env)) {
		value, err := c.Env[name].Reveal(in.Secret)
		if err != nil {
			return fmt.Errorf("env %s: %w", name, err)
		}
		c.Spec.Env = append(c.Spec.Env, name+"="+value)
	}
	return nil
}

// writeFiles puts the file blocks' files into a container that has not started yet.
func (t Tools) writeFiles(ctx context.Context, id string, c CreateConfig, in kind.Inputs) error {
	if len(c.Files) == 0 {
		return nil
	}
	archive, err := pack(c.Files, in)
	if err != nil {
		return err
	}
	return t.Engine.WriteArchive(ctx, id, "/", bytes.NewReader(archive))
}

// pack makes a tar archive of the files. Its times are fixed, so that equal files give equal archives.
func pack(files map[string]File, in kind.Inputs) ([]byte, error) {
	var buffer bytes.Buffer
	w := tar.NewWriter(&buffer)
	for _, path := range slices.Sorted(maps.Keys(files)) {
		f := files[path]
		content, err := f.Content.Reveal(in.Secret)
		if err != nil {
			return nil, fmt.Errorf("file %q: %w", path, err)
		}
		mode, err := strconv.ParseInt(f.Mode, 8, 64)
		if err != nil {
			return nil, fmt.Errorf("file %q: mode %q is not an octal number such as \"0444\"", path, f.Mode)
		}
		header := &tar.Header{Typeflag: tar.TypeReg, Name: strings.TrimPrefix(path, "/"), Size: int64(len(content)),
			Mode: mode, Uid: f.User, Gid: f.Group, ModTime: time.Unix(0, 0), Format: tar.FormatPAX}
		if err := w.WriteHeader(header); err != nil {
			return nil, fmt.Errorf("file %q: %w", path, err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			return nil, fmt.Errorf("file %q: %w", path, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}
