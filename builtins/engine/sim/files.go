package sim

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// tree is a file system by cleaned absolute path. Directories that only stand for what is in them are not in it.
type tree map[string]file

type file struct {
	header tar.Header
	text   []byte
}

func (t tree) clone() tree {
	if t == nil {
		return tree{}
	}
	return maps.Clone(t)
}

// isDir reports whether a path is a directory, an implied one too.
func (t tree) isDir(name string) bool {
	if f, ok := t[name]; ok {
		return f.header.Typeflag == tar.TypeDir
	}
	for other := range t {
		if strings.HasPrefix(other, strings.TrimSuffix(name, "/")+"/") {
			return true
		}
	}
	return name == "/"
}

// unpack reads a tar archive into what at returns for a path.
func unpack(archive io.Reader, below string, at func(string) (tree, string)) error {
	r := tar.NewReader(archive)
	for {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("archive: %w", err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			return fmt.Errorf("archive: %w", err)
		}
		t, name := at(path.Join(below, "/"+header.Name))
		if name == "/" {
			continue
		}
		t[name] = file{header: *header, text: text}
	}
}

// mountable returns the file system behind a mount, making it if it has to.
func (e *Engine) mountable(m engine.Mount) tree {
	if m.Volume != "" {
		return e.named(engine.VolumeSpec{Name: m.Volume}).files
	}
	if e.host[m.Source] == nil {
		e.host[m.Source] = tree{}
	}
	return e.host[m.Source]
}

// at finds the file system that a container's path lies in, and the path within it.
func (e *Engine) at(b *box, name string) (tree, string) {
	best := engine.Mount{}
	for _, m := range b.spec.Mounts {
		if (name == m.Target || strings.HasPrefix(name, m.Target+"/")) && len(m.Target) > len(best.Target) {
			best = m
		}
	}
	if best.Target == "" {
		return b.files, name
	}
	return e.mountable(best), path.Clean("/" + strings.TrimPrefix(name, best.Target))
}

// seen is a container's file system with everything mounted.
func (e *Engine) seen(b *box) tree {
	all := b.files.clone()
	for _, m := range b.spec.Mounts {
		all[m.Target] = file{header: tar.Header{Typeflag: tar.TypeDir, Mode: int64(fs.ModePerm)}}
		for name, f := range e.mountable(m) {
			all[path.Join(m.Target, name)] = f
		}
	}
	return all
}

// WriteArchive unpacks an archive in a container and the volumes mounted in it.
func (e *Engine) WriteArchive(ctx context.Context, id, below string, archive io.Reader) error {
	whole, err := io.ReadAll(archive)
	if err != nil {
		return fmt.Errorf("writing to %s of container %s: %w", below, id, err)
	}
	return e.change(ctx, "WriteArchive", []any{id, below, whole}, func() error {
		b, err := e.box(id)
		if err != nil {
			return err
		}
		below := path.Clean("/" + below)
		if !e.seen(b).isDir(below) {
			return fmt.Errorf("writing to %s of container %s: %w", below, id, engine.ErrNotFound)
		}
		return unpack(bytes.NewReader(whole), below, func(name string) (tree, string) { return e.at(b, name) })
	})
}

// ReadArchive packs a path, whose last element all names in the archive start with.
func (e *Engine) ReadArchive(ctx context.Context, id, name string) (body io.ReadCloser, err error) {
	err = e.read(ctx, "ReadArchive", []any{id, name}, func() error {
		b, err := e.box(id)
		if err != nil {
			return err
		}
		name := path.Clean("/" + name)
		all := e.seen(b)
		if _, ok := all[name]; !ok && !all.isDir(name) {
			return fmt.Errorf("reading %s of container %s: %w", name, id, engine.ErrNotFound)
		}
		packed, err := all.pack(name)
		body = io.NopCloser(packed)
		return err
	})
	return body, err
}

func (t tree) pack(name string) (io.Reader, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	base := path.Dir(name)
	for _, each := range slices.Sorted(maps.Keys(t)) {
		if each != name && !strings.HasPrefix(each, strings.TrimSuffix(name, "/")+"/") {
			continue
		}
		header := t[each].header
		header.Name = strings.TrimPrefix(strings.TrimPrefix(each, base), "/")
		if header.Typeflag == tar.TypeDir {
			header.Name += "/"
		}
		header.Size = int64(len(t[each].text))
		if err := w.WriteHeader(&header); err != nil {
			return nil, err
		}
		if _, err := w.Write(t[each].text); err != nil {
			return nil, err
		}
	}
	return &out, w.Close()
}
