package image

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/image/buildcontext"
	"github.com/deployrecipe/recipe/builtins/image/dockerfile"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
)

// Content is what an image is made of, known before it is built or pulled.
type Content struct {
	Addr addr.Addr
	// Ref is what containers are made from: RECIPE/NAME:DIGEST for a built image, NAME:TAG@DIGEST for a pulled one,
	// the plain reference for one that only the engine has.
	Ref string
	// Digest stands for everything that the image is made of, in hex.
	Digest string
	// ID is the engine's id of the image; empty where the engine does not have it.
	ID string
	// Bases are the images that a build reads, by reference as written.
	Bases map[string]Base
	// Manifest tells the files that the instructions can copy.
	Manifest state.Manifest
	// File is the Dockerfile, its bases as written.
	File dockerfile.File
	// Newer tells of references that now lead to another image than the one that is kept.
	Newer []string

	tagged []string // the further names that the image has already
	taken  string   // the id of an image of another content that has the name Ref
	ignore []string
	size   int64  // of the files that a build may copy, in bytes
	pinned string // Dockerfile with its bases pinned
}

// Base is an image that another is built from.
type Base struct {
	// Digest is what identifies it, as sha256:HEX: its registry's digest, the engine's id for an image that no
	// registry has, or the digest of the content of an image of the same recipe.
	Digest string
	// Pin says that a build must name the digest; else Local is the engine's id of what the reference means now.
	Pin   bool
	Local string
}

// Bases gives the image that a reference means, or says why it cannot be known.
type Bases func(ctx context.Context, ref string) (Base, error)

// Sources is what a content is computed from besides the spec.
type Sources struct {
	Recipe state.Recipe
	Bases  Bases
	// Images gives the contents of other image blocks, for those that start from them.
	Images func(a addr.Addr) (Content, bool)
	// CacheDir keeps hashes of files, see buildcontext; Now is the time of the scan.
	CacheDir string
	Now      time.Time
}

// Compute finds out what the image of a block would be built from, without building. A block that pulls has its
// content from resolving the reference instead.
func Compute(ctx context.Context, r *state.Resource, from Sources) (Content, error) {
	s, err := parseSpec(r.Spec)
	if err != nil {
		return Content{}, err
	}
	c := Content{Addr: r.Addr, Bases: map[string]Base{}}
	dir := s.dir(from.Recipe.Dir)
	var existing []byte
	if s.Dockerfile != "" {
		if existing, err = readDockerfile(dir, s.Dockerfile); err != nil {
			return c, err
		}
	}
	if c.File, err = s.file(existing, from.Images, nil); err != nil {
		return c, err
	}
	for _, ref := range c.File.Bases {
		base, err := from.base(ctx, c.File, ref)
		if err != nil {
			return c, err
		}
		c.Bases[ref] = base
	}
	pinned, err := s.file(existing, from.Images, c.pin)
	if err != nil {
		return c, err
	}
	c.pinned = pinned.Text
	if err := c.scan(ctx, s, dir, from); err != nil {
		return c, err
	}
	c.Digest, err = c.digest(s)
	c.Ref = repository(from.Recipe, r.Addr) + ":" + c.Digest[:12]
	return c, err
}

func readDockerfile(dir, name string) ([]byte, error) {
	path := filepath.Join(dir, filepath.FromSlash(name))
	text, err := buildcontext.ReadText(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("the Dockerfile %s does not exist; dockerfile is a path within the context %s", path, dir)
	case err != nil:
		return nil, fmt.Errorf("the Dockerfile %s cannot be read (%w); make it readable", path, err)
	}
	return text, nil
}

// file makes the Dockerfile of the spec.
func (s spec) file(existing []byte, images func(addr.Addr) (Content, bool), pin func(string) string) (dockerfile.File, error) {
	if s.Dockerfile != "" {
		file, err := dockerfile.Existing(existing, s.Args, pin)
		if err != nil {
			return file, fmt.Errorf("%s: %w", s.Dockerfile, err)
		}
		return file, nil
	}
	file, problems := dockerfile.Render(s.Steps, dockerfile.Options{Args: s.argNames(), Pin: pin, Image: func(name string) (string, bool) {
		a, err := addr.Parse(name)
		if err != nil || images == nil {
			return "", false
		}
		c, ok := images(a)
		return c.Ref, ok && c.Ref != ""
	}})
	if len(problems) > 0 {
		return file, &StepError{Step: problems[0].Step, Err: errors.New(problems[0].Text)}
	}
	return file, nil
}

// StepError is an error that belongs to one instruction block.
type StepError struct {
	Step int // its index
	Err  error
}

// Error is that of the instruction.
func (e *StepError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *StepError) Unwrap() error { return e.Err }

// base resolves one base image. An image of the same recipe is known by its content: its reference names that.
func (from Sources) base(ctx context.Context, file dockerfile.File, ref string) (Base, error) {
	if name, own := file.Images[ref]; own {
		a, err := addr.Parse(name)
		if err != nil {
			return Base{}, err
		}
		if c, ok := from.Images(a); ok {
			return Base{Digest: "sha256:" + c.Digest}, nil
		}
	}
	return from.Bases(ctx, ref)
}

// pin writes a base image with its digest.
func (c *Content) pin(ref string) string {
	base, ok := c.Bases[ref]
	if !ok || !base.Pin {
		return ref
	}
	return withDigest(ref, base.Digest)
}

// scan reads the part of the context that instructions can copy.
func (c *Content) scan(ctx context.Context, s spec, dir string, from Sources) error {
	c.Manifest = state.Manifest{}
	if len(c.File.Sources) == 0 {
		return nil
	}
	files, err := buildcontext.Scan(ctx, dir, buildcontext.Options{Dockerfile: s.Dockerfile, CacheDir: from.CacheDir, Now: from.Now})
	if err != nil {
		return err
	}
	c.Manifest, c.ignore = files.Select(c.File.Sources), files.Ignore
	c.size = files.SizeOf(c.Manifest)
	for i, step := range c.File.Readers {
		if err := there(files, c.File.Sources[i]); err != nil {
			return &StepError{Step: step, Err: err}
		}
	}
	return nil
}

// there sees that a build will find what it reads of its context; a pattern may match nothing.
func there(files buildcontext.Context, source string) error {
	if strings.ContainsAny(source, `*?[\`) || len(files.Select([]string{source})) > 0 || path.Clean("/"+source) == "/" {
		return nil
	}
	hint := ""
	if _, err := os.Lstat(filepath.Join(files.Dir, filepath.FromSlash(source))); err == nil {
		hint = " It is there, and a .dockerignore file leaves it out."
	}
	return fmt.Errorf("%q is not in the context %s.%s", source, files.Dir, hint)
}

// digest is over all that a build reads, secrets excepted: their values never, and their names stand in the
// Dockerfile.
func (c *Content) digest(s spec) (string, error) {
	bases := map[string]string{}
	for ref, base := range c.Bases {
		bases[ref] = base.Digest
	}
	data, err := json.Marshal(struct {
		Format     int
		Dockerfile string
		Args       map[string]string
		Platform   string
		Target     string
		Bases      map[string]string
		Manifest   state.Manifest
	}{1, c.File.Text, s.Args, s.Platform, s.Target, bases, c.Manifest})
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), err
}

func shortHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:12]
}

// hexOf takes the algorithm off a digest.
func hexOf(digest string) string { return digest[strings.Index(digest, ":")+1:] }
