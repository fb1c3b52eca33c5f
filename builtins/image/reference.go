package image

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/distribution/reference"
)

// withDigest adds a digest to a reference: golang:1.26@sha256:....
func withDigest(ref, digest string) string {
	named, err := reference.ParseDockerRef(ref)
	if err != nil {
		return ref
	}
	if _, already := named.(reference.Digested); already {
		return ref
	}
	return reference.FamiliarString(named) + "@" + digest
}

// digestIn is the digest that a reference names itself; empty for most.
func digestIn(ref string) string {
	named, err := reference.ParseDockerRef(ref)
	if err != nil {
		return ""
	}
	if digested, ok := named.(reference.Digested); ok {
		return digested.Digest().String()
	}
	return ""
}

// plainRef is the reference without a digest, in the familiar form with its tag.
func plainRef(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ref
	}
	tag := "latest"
	if tagged, ok := named.(reference.Tagged); ok {
		tag = tagged.Tag()
	} else if _, digested := named.(reference.Digested); digested {
		return reference.FamiliarName(named)
	}
	return reference.FamiliarName(named) + ":" + tag
}

// registryDigests are the digests by which registries know a local image under the reference's name.
func registryDigests(image engine.Image, ref string) []string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return nil
	}
	var digests []string
	for _, d := range image.Digests {
		other, err := reference.ParseNormalizedNamed(d)
		if err != nil || other.Name() != named.Name() {
			continue
		}
		if digested, ok := other.(reference.Digested); ok {
			digests = append(digests, digested.Digest().String())
		}
	}
	return digests
}

// resolved is what a reference means on an engine.
type resolved struct {
	Base
	ID string // on the engine; empty where it is not there
	// Registry says that registries know the image by the digest, so that containers can be made from it by that.
	Registry bool
	Newer    bool // the reference now leads elsewhere, and the earlier image is kept
}

// resolver finds out what references mean.
type resolver struct {
	reader  engine.Reader
	upgrade bool
}

// resolve finds out what ref means. An image that the engine has is taken as it is, else the registry is asked. What it
// meant before is kept, as long as it can be had, unless the newest is asked for.
func (r resolver) resolve(ctx context.Context, ref, before string) (resolved, error) {
	if own := digestIn(ref); own != "" {
		local, err := r.local(ctx, ref)
		return resolved{Base: Base{Digest: own, Pin: true}, ID: local.ID, Registry: true}, err
	}
	local, err := r.local(ctx, ref)
	if err != nil {
		return resolved{}, err
	}
	digests := registryDigests(local, ref)
	if r.upgrade && (local.ID == "" || len(digests) > 0) {
		newest, err := r.reader.RemoteDigest(ctx, ref)
		if err != nil {
			return resolved{}, fmt.Errorf("asking the registry for the newest %s: %w", ref, err)
		}
		before = newest
	}
	switch {
	case local.ID != "" && len(digests) == 0:
		return resolved{Base: Base{Digest: local.ID, Local: local.ID}, ID: local.ID}, nil
	case local.ID != "" && (before == "" || slices.Contains(digests, before)):
		digest := before
		if digest == "" {
			digest = digests[0]
		}
		// Stores that know images by that very digest take the reference for it only as it stands.
		base := Base{Digest: digest, Pin: digest != local.ID, Local: local.ID}
		return resolved{Base: base, ID: local.ID, Registry: true}, nil
	case before != "":
		return r.keep(ctx, ref, before, local, digests)
	}
	digest, err := r.reader.RemoteDigest(ctx, ref)
	if err != nil {
		return resolved{}, fmt.Errorf("the image %s is not on the engine, and asking its registry failed: %w; check the name and your login, or load the image into the engine", ref, err)
	}
	return resolved{Base: Base{Digest: digest, Pin: true}, Registry: true}, nil
}

// keep goes on with an earlier digest. Where the reference leads to another local image by now and the earlier one is
// nowhere to be had, that other one it is.
func (r resolver) keep(ctx context.Context, ref, before string, local engine.Image, digests []string) (resolved, error) {
	pinned := withDigest(ref, before)
	kept, err := r.local(ctx, pinned)
	if err != nil {
		return resolved{}, err
	}
	if kept.ID == "" && local.ID != "" {
		if _, err := r.reader.RemoteDigest(ctx, pinned); err != nil {
			base := Base{Digest: digests[0], Pin: digests[0] != local.ID, Local: local.ID}
			return resolved{Base: base, ID: local.ID, Registry: true}, nil
		}
	}
	return resolved{Base: Base{Digest: before, Pin: true}, ID: kept.ID, Registry: true, Newer: local.ID != "" && !r.upgrade}, nil
}

// local finds an image on the engine; the zero image where it is not there.
func (r resolver) local(ctx context.Context, ref string) (engine.Image, error) {
	image, err := r.reader.Image(ctx, ref)
	if errors.Is(err, engine.ErrNotFound) {
		return engine.Image{}, nil
	}
	return image, err
}
