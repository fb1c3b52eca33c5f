package sim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/distribution/reference"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// Publish puts an image into the registry that ref names, in place of what was there, and returns its digest.
// Containers made from it after a pull run app.
func (e *Engine) Publish(ref string, config engine.ImageConfig, app App) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	i := e.newImage(config)
	delete(e.images, i.id) // the registry has it, the engine not yet
	digest := "sha256:" + e.newID("manifest")
	named, err := reference.ParseNormalizedNamed(ref)
	if err == nil {
		i.digests = []string{reference.FamiliarName(named) + "@" + digest}
		e.registry[i.digests[0]] = i
	}
	e.registry[normal(ref)] = i
	e.apps[i.id] = app
	return digest
}

// stored finds an image in its registry. The digest of one that is there because every one is depends on its
// reference alone.
func (e *Engine) stored(ref string) (*image, bool) {
	if i, ok := e.registry[normal(ref)]; ok || !e.Stocked {
		return i, ok
	}
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return nil, false
	}
	i := e.newImage(engine.ImageConfig{})
	delete(e.images, i.id)
	sum := sha256.Sum256([]byte(normal(ref)))
	digest := "sha256:" + hex.EncodeToString(sum[:])
	if pinned, ok := named.(reference.Digested); ok {
		digest = pinned.Digest().String()
	}
	i.digests = []string{reference.FamiliarName(named) + "@" + digest}
	e.registry[normal(ref)], e.registry[i.digests[0]] = i, i
	return i, true
}

// RemoteDigest asks the registry.
func (e *Engine) RemoteDigest(ctx context.Context, ref string) (digest string, err error) {
	err = e.read(ctx, "RemoteDigest", []any{ref}, func() error {
		i, ok := e.stored(ref)
		if !ok {
			return fmt.Errorf("asking for the digest of %s: %w", ref, engine.ErrNotFound)
		}
		_, digest, _ = strings.Cut(i.digests[0], "@")
		return nil
	})
	return digest, err
}

// Pull brings an image from the registry.
func (e *Engine) Pull(ctx context.Context, ref, platform string, progress func(engine.Progress)) (found engine.Image, err error) {
	err = e.change(ctx, "Pull", []any{ref, platform}, func() error {
		i, ok := e.stored(ref)
		if !ok {
			return fmt.Errorf("pulling %s: %w", ref, engine.ErrNotFound)
		}
		e.images[i.id] = i
		if !strings.Contains(ref, "@") {
			e.tag(i, ref)
		}
		found = i.shown()
		return nil
	})
	if err == nil && progress != nil {
		progress(engine.Progress{Layer: "sim", Status: "Pull complete", Current: 1, Total: 1})
	}
	return found, err
}
