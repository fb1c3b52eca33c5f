package main

import (
	"archive/tar"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/cmd/internal/stage"
)

// What both sides deploy: the image is on the engine before anything is measured, and a release differs from the
// one before by what it calls itself.
const (
	appImage = prefix + "/app:local"
	boot     = 500 * time.Millisecond
	// An endless stream outlives every drain. That the app cuts it soon keeps its own patience out of the wall
	// time of both sides.
	stopTimeout = 100 * time.Millisecond
	// interval is the time between two probes of an app that boots.
	interval = 100 * time.Millisecond
	// drain is more than the slowest answer takes, 2 s, and less than the endless stream.
	drain = 2500 * time.Millisecond
)

// importApp makes the image: the example app's server, nothing else.
func (b *bench) importApp(ctx context.Context) error {
	info, err := b.engine.Info(ctx)
	if err != nil {
		return err
	}
	server := filepath.Join(b.dir, "server")
	if err := stage.App(ctx, b.root, info.Arch, server); err != nil {
		return err
	}
	var files bytes.Buffer
	w := tar.NewWriter(&files)
	for name, path := range map[string]string{"server": server, "page.html": filepath.Join(b.root, stage.Example, "page.html")} {
		if err := addFile(w, name, path); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return b.engine.ImportRoot(ctx, appImage, &files, engine.ImageConfig{Entrypoint: []string{"/server"}, Workdir: "/", Arch: info.Arch})
}

func addFile(w *tar.Writer, name, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(data))}); err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}
