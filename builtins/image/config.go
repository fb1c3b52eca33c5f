package image

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/deployrecipe/recipe/builtins/image/dockerfile"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// The operations of the steps.
const (
	OpBuild  plan.Op = "image.build"
	OpPull   plan.Op = "image.pull"
	OpTag    plan.Op = "image.tag"
	OpRemove plan.Op = "image.remove"
)

// buildConfig is what a build step carries. Paths are relative to the recipe's directory, so that a plan means the same
// on another machine.
type buildConfig struct {
	Ref     string   `json:"ref"`
	Tags    []string `json:"tags,omitempty"`
	Content string   `json:"content"`
	Context string   `json:"context"`
	// Original is the path of the Dockerfile that people wrote, whose ignore file counts.
	Original   string `json:"original,omitempty"`
	Dockerfile string `json:"dockerfile"` // text, base images pinned
	// Sources are the patterns of what is copied, which must hold what Manifest is the digest of. Files tells
	// what that is, for explaining, where it is not too long for a plan.
	Sources  []string          `json:"sources,omitempty"`
	Manifest string            `json:"manifest,omitempty"`
	Files    state.Manifest    `json:"files,omitempty"`
	Args     map[string]string `json:"args,omitempty"`
	Platform string            `json:"platform,omitempty"`
	Target   string            `json:"target,omitempty"`
	Labels   map[string]string `json:"labels,omitempty"`
	// Local are the ids of base images that no digest pins, by reference.
	Local        map[string]string   `json:"local,omitempty"`
	Secrets      []dockerfile.Secret `json:"secrets,omitempty"`
	SSH          []string            `json:"ssh,omitempty"`
	Entitlements []string            `json:"entitlements,omitempty"`
	// Places tell for each line of the Dockerfile where its block stands in the recipe.
	Places []place `json:"places,omitempty"`
}

// place is a line of a recipe.
type place struct {
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
}

type pullConfig struct {
	Ref string `json:"ref"`
	// Tag is the reference as the recipe names it, which the image gets where it is free.
	Tag      string `json:"tag,omitempty"`
	Platform string `json:"platform,omitempty"`
}

type tagConfig struct {
	Ref  string   `json:"ref"`
	Tags []string `json:"tags"`
}

type removeConfig struct {
	Ref string `json:"ref"`
}

// mostFiles is how many files a plan lists for one image.
const mostFiles = 1000

// manifestDigest is the digest of a manifest as a whole.
func manifestDigest(m state.Manifest) string {
	h := sha256.New()
	for _, path := range slices.Sorted(maps.Keys(m)) {
		fmt.Fprintf(h, "%q %s\n", path, m[path])
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (d *differ) buildConfig(r *state.Resource, s spec, c Content) buildConfig {
	b := buildConfig{
		Ref: c.Ref, Tags: s.Tags, Content: c.Digest, Context: filepath.ToSlash(s.Context), Original: s.Dockerfile,
		Dockerfile: c.pinned, Sources: c.File.Sources, Manifest: manifestDigest(c.Manifest),
		Args: s.Args, Platform: s.Platform, Target: s.Target, Labels: c.labels(d.in.Desired.Recipe, r.Spec),
		Local: map[string]string{}, Secrets: c.File.Secrets, SSH: c.File.SSH, Entitlements: c.File.Entitlements,
	}
	if len(c.Manifest) <= mostFiles {
		b.Files = c.Manifest
	}
	for ref, base := range c.Bases {
		if base.Local != "" && !base.Pin {
			b.Local[ref] = base.Local
		}
	}
	for _, step := range c.File.Lines {
		rng := rangeOf(r, stepPath(step))
		b.Places = append(b.Places, place{File: rng.Filename, Line: rng.Start.Line})
	}
	return b
}
