package helper

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
)

const (
	helperImage  = "recipe/helper"
	helperBinary = "bin/recipe" // in the image
	// An older helper may be another operator's who is about to use it.
	keepImage = time.Hour
	// How often the image is brought again for one container.
	mostBrings = 5
)

// ensureImage brings the binary to the engine unless it is there.
func ensureImage(ctx context.Context, e engine.Engine, binary binaryFile) error {
	_, err := e.Image(ctx, binary.tag)
	if !errors.Is(err, engine.ErrNotFound) {
		return err
	}
	info, err := e.Info(ctx)
	if err != nil {
		return err
	}
	if info.OS != "linux" || info.Arch != binary.arch {
		return fmt.Errorf("this plain build carries no helper for %s/%s, only its own for linux/%s: use a release build, or one for %s/%s",
			info.OS, info.Arch, binary.arch, info.OS, info.Arch)
	}
	archive, done := imageRoot(binary.path)
	defer done()
	config := engine.ImageConfig{
		Entrypoint: []string{"/" + helperBinary},
		Labels:     map[string]string{label.Role: RoleHelper},
		Arch:       binary.arch,
	}
	if err := e.ImportRoot(ctx, binary.tag, archive, config); err != nil {
		return fmt.Errorf("bringing the helper to the engine: %w", err)
	}
	return removeImages(ctx, e, binary.tag, keepImage)
}

// ofImage makes a container of the helper's image. Somebody who prunes, or a session of another version, may remove the
// image in the moment since it was seen: then it is brought again.
func ofImage(ctx context.Context, e engine.Engine, binary binaryFile, create func() (string, error)) (string, error) {
	for bring := mostBrings; ; bring-- {
		id, err := create()
		if !errors.Is(err, engine.ErrNotFound) || bring == 0 {
			return id, err
		}
		if err := ensureImage(ctx, e, binary); err != nil {
			return "", err
		}
	}
}

// Image tells under which name a binary is brought to an engine.
func Image(binary string) (ref string, err error) {
	found, err := inspect(binary)
	return found.tag, err
}

// RemoveImages removes the helpers of all versions that no container is made of.
func RemoveImages(ctx context.Context, e engine.Engine) error { return removeImages(ctx, e, "", 0) }

// imageRoot streams the root file system of the helper's image: the binary alone.
func imageRoot(path string) (archive io.Reader, done func()) {
	reader, writer := io.Pipe()
	go func() { _ = writer.CloseWithError(writeRoot(writer, path)) }()
	return reader, func() { _ = reader.Close() }
}

func writeRoot(to io.Writer, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	stat, err := file.Stat()
	if err != nil {
		return err
	}
	root := tar.NewWriter(to)
	if err := root.WriteHeader(&tar.Header{Name: helperBinary, Mode: 0o755, Size: stat.Size(), ModTime: stat.ModTime()}); err != nil {
		return err
	}
	if _, err := io.Copy(root, file); err != nil {
		return err
	}
	return root.Close()
}

// removeImages removes helpers of other versions, unless they are young or some container is made of them.
func removeImages(ctx context.Context, e engine.Engine, current string, age time.Duration) error {
	images, err := e.Images(ctx, map[string]string{label.Role: RoleHelper})
	if err != nil {
		return err
	}
	for _, image := range images {
		if slices.Contains(image.Tags, current) || time.Since(image.Created) < age {
			continue
		}
		refs := image.Tags
		if len(refs) == 0 { // two clients brought the same one at once, and the later took its name
			refs = []string{image.ID}
		}
		for _, ref := range refs {
			if err := e.RemoveImage(ctx, ref); err != nil && !errors.Is(err, engine.ErrInUse) {
				return err
			}
		}
	}
	return nil
}
