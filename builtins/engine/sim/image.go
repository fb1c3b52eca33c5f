package sim

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/distribution/reference"

	"github.com/deployrecipe/recipe/builtins/engine"
)

type image struct {
	id      string
	tags    []string
	digests []string
	config  engine.ImageConfig
	created time.Time
	files   tree
	size    int64
}

// normal spells a reference as engines list it: short, and with a tag, or with a digest, beside which a tag says
// nothing.
func normal(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ref
	}
	if digested, ok := named.(reference.Digested); ok {
		return reference.FamiliarName(named) + "@" + digested.Digest().String()
	}
	return reference.FamiliarString(reference.TagNameOnly(named))
}

// AddImage puts an image on the engine whose containers run app.
func (e *Engine) AddImage(ref string, config engine.ImageConfig, app App) engine.Image {
	e.Serve(ref, app)
	e.mu.Lock()
	defer e.mu.Unlock()
	i := e.newImage(config)
	e.tag(i, ref)
	return i.shown()
}

func (e *Engine) newImage(config engine.ImageConfig) *image {
	if config.Arch == "" {
		config.Arch = e.About.Arch
	}
	i := &image{id: "sha256:" + e.newID("image"), config: config, created: time.Now(), files: tree{}, size: 1}
	e.images[i.id] = i
	return i
}

// tag names an image, taking the name from whoever had it.
func (e *Engine) tag(i *image, ref string) {
	ref = normal(ref)
	for _, other := range e.images {
		other.tags = slices.DeleteFunc(other.tags, func(t string) bool { return t == ref })
	}
	i.tags = append(i.tags, ref)
	slices.Sort(i.tags)
}

// image finds an image by reference, digest or id.
func (e *Engine) image(ref string) (*image, error) {
	want := normal(ref)
	for id, i := range e.images {
		short := len(ref) >= 12 && strings.HasPrefix(strings.TrimPrefix(id, "sha256:"), strings.TrimPrefix(ref, "sha256:"))
		if short || slices.Contains(i.tags, want) || slices.Contains(i.digests, want) {
			return i, nil
		}
	}
	return nil, fmt.Errorf("image %s: %w", ref, engine.ErrNotFound)
}

func (i *image) shown() engine.Image {
	return engine.Image{
		ID: i.id, Tags: slices.Clone(i.tags), Digests: slices.Clone(i.digests),
		Labels: maps.Clone(i.config.Labels), Created: i.created, Size: i.size, Config: i.config,
	}
}

// Image tells about one image.
func (e *Engine) Image(ctx context.Context, ref string) (found engine.Image, err error) {
	err = e.read(ctx, "Image", []any{ref}, func() error {
		i, err := e.image(ref)
		if err == nil {
			found = i.shown()
		}
		return err
	})
	return found, err
}

// Images lists images by id, without their configurations.
func (e *Engine) Images(ctx context.Context, labels map[string]string) (list []engine.Image, err error) {
	err = e.read(ctx, "Images", []any{labels}, func() error {
		for _, id := range slices.Sorted(maps.Keys(e.images)) {
			if i := e.images[id].shown(); carries(i.Labels, labels) {
				i.Config = engine.ImageConfig{}
				list = append(list, i)
			}
		}
		return nil
	})
	return list, err
}

// ImportRoot makes an image.
func (e *Engine) ImportRoot(ctx context.Context, ref string, root io.Reader, config engine.ImageConfig) error {
	whole, err := io.ReadAll(root)
	if err != nil {
		return fmt.Errorf("importing image %s: %w", ref, err)
	}
	return e.change(ctx, "ImportRoot", []any{ref, config}, func() error {
		files := tree{}
		if err := unpack(bytes.NewReader(whole), "/", func(name string) (tree, string) { return files, name }); err != nil {
			return fmt.Errorf("importing image %s: %w", ref, err)
		}
		i := e.newImage(config)
		i.files, i.size = files, int64(len(whole))
		e.tag(i, ref)
		return nil
	})
}

// Tag names an image once more.
func (e *Engine) Tag(ctx context.Context, id, ref string) error {
	return e.change(ctx, "Tag", []any{id, ref}, func() error {
		i, err := e.image(id)
		if err != nil {
			return err
		}
		e.tag(i, ref)
		return nil
	})
}

// RemoveImage removes a reference.
func (e *Engine) RemoveImage(ctx context.Context, ref string) error {
	return e.change(ctx, "RemoveImage", []any{ref}, func() error {
		i, err := e.image(ref)
		if err != nil {
			return nil
		}
		left := slices.DeleteFunc(slices.Clone(i.tags), func(t string) bool { return t == normal(ref) })
		if len(left) > 0 && len(left) < len(i.tags) {
			i.tags = left
			return nil
		}
		for _, b := range e.boxes() {
			if b.imageID == i.id {
				return fmt.Errorf("removing image %s: %w by container %s", ref, engine.ErrInUse, b.spec.Name)
			}
		}
		delete(e.images, i.id)
		return nil
	})
}
