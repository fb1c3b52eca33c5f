package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/image/buildcontext"
	"github.com/deployrecipe/recipe/builtins/image/buildkit"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
)

// Images is what building needs of an engine besides its builder.
type Images interface {
	engine.Images
	Image(ctx context.Context, ref string) (engine.Image, error)
}

// Build carries out image.build.
type Build struct {
	Images  Images
	Builder buildkit.Engine
	// Solve, when set, builds in place of the Builder.
	Solve func(ctx context.Context, r buildkit.Request, report func(line string)) error
	// Dir is the recipe's directory.
	Dir string
	// CacheDir: as in Options.
	CacheDir string
}

// Do builds the image, unless the engine has it. It refuses where files or local base images are not those that the
// plan was made for: what would come out has another name.
func (b Build) Do(ctx context.Context, step plan.Step, in kind.Inputs) (kind.Outputs, error) {
	var c buildConfig
	if err := json.Unmarshal(step.Config, &c); err != nil {
		return nil, fmt.Errorf("reading the step: %w", err)
	}
	image, err := b.Images.Image(ctx, c.Ref)
	switch {
	case err == nil && image.Labels[LabelContent] == c.Content:
		in.Report("it is there already")
	case err == nil || errors.Is(err, engine.ErrNotFound):
		if image, err = b.build(ctx, step, c, in); err != nil {
			return nil, err
		}
	default:
		return nil, err
	}
	for _, tag := range c.Tags {
		if err := b.Images.Tag(ctx, image.ID, tag); err != nil {
			return nil, err
		}
	}
	return kind.Outputs{"id": image.ID, "ref": c.Ref}, nil
}

func (b Build) build(ctx context.Context, step plan.Step, c buildConfig, in kind.Inputs) (engine.Image, error) {
	files, err := b.files(ctx, c)
	if err != nil {
		return engine.Image{}, err
	}
	request := buildkit.Request{
		Tags: []string{c.Ref}, Dir: files.Dir, Ignore: files.Ignore, Dockerfile: c.Dockerfile,
		Args: c.Args, Platform: c.Platform, Target: c.Target, Labels: c.Labels,
		SSH: c.SSH, Entitlements: c.Entitlements, Secret: secrets(c, in), Key: key(step, files.Dir),
	}
	solve := b.Solve
	if solve == nil {
		solve = func(ctx context.Context, r buildkit.Request, report func(string)) error {
			_, err := buildkit.Solve(ctx, b.Builder, r, report)
			return err
		}
	}
	if err := solve(ctx, request, in.Report); err != nil {
		return engine.Image{}, c.explain(err)
	}
	image, err := b.Images.Image(ctx, c.Ref)
	if err != nil {
		return image, fmt.Errorf("the build ended and the engine does not show its image: %w", err)
	}
	// The label, since what engines return for an id differs with their image store.
	if image.Labels[LabelContent] != c.Content {
		return image, fmt.Errorf("%s is not what was just built: something else builds under this name", c.Ref)
	}
	return image, b.basesStand(ctx, c)
}

// basesStand checks that the local base images are still those of the plan. A build that took others has the
// wrong name and goes.
func (b Build) basesStand(ctx context.Context, c buildConfig) error {
	for ref, id := range c.Local {
		base, err := b.Images.Image(ctx, ref)
		if err == nil && base.ID == id {
			continue
		}
		if removeErr := b.Images.RemoveImage(ctx, c.Ref); removeErr != nil {
			return removeErr
		}
		return fmt.Errorf("the base image %s changed since the plan was made; plan again", ref)
	}
	return nil
}

// files looks at the context once more: it must hold what the plan was made for.
func (b Build) files(ctx context.Context, c buildConfig) (buildcontext.Context, error) {
	dir := spec{Context: filepath.FromSlash(c.Context)}.dir(b.Dir)
	if len(c.Sources) == 0 {
		return buildcontext.Context{Dir: dir, Ignore: []string{"**"}}, directory(dir)
	}
	files, err := buildcontext.Scan(ctx, dir, buildcontext.Options{
		Dockerfile: c.Original, CacheDir: Options{CacheDir: b.CacheDir}.cacheDir(), Now: time.Now(),
	})
	if err != nil {
		return files, err
	}
	now := files.Select(c.Sources)
	if manifestDigest(now) == c.Manifest {
		return files, nil
	}
	what := "files changed"
	if changes := buildcontext.Compare(c.Files, now); c.Files != nil && !changes.IsEmpty() {
		what = summary(changes)
	}
	return files, fmt.Errorf("the build context is not what the plan was made for: %s; plan again", what)
}

// directory checks a context of which nothing is read; builders ask for one all the same.
func directory(dir string) error {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("the build context %s is not a directory", dir)
	}
	return nil
}

// key tells contexts apart for incremental sending.
func key(step plan.Step, dir string) string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return buildkit.SharedKey(host, dir, step.Addr.String())
}

// secrets looks values up when the builder asks for them.
func secrets(c buildConfig, in kind.Inputs) func(string) (string, error) {
	if len(c.Secrets) == 0 {
		return nil
	}
	return func(id string) (string, error) {
		for _, s := range c.Secrets {
			if s.ID == id {
				return s.Value.Reveal(in.Secret)
			}
		}
		return "", fmt.Errorf("the build asks for a secret %q that it does not mount", id)
	}
}

// explain adds to a failed build where its instruction stands in the recipe.
func (c buildConfig) explain(err error) error {
	var failed *buildkit.Error
	if !errors.As(err, &failed) || failed.Line == 0 {
		return err
	}
	if failed.Line <= len(c.Places) && c.Places[failed.Line-1].File != "" {
		p := c.Places[failed.Line-1]
		return fmt.Errorf("%s line %d: %w", p.File, p.Line, err)
	}
	if c.Original != "" {
		return fmt.Errorf("%s line %d: %w", strings.TrimPrefix(c.Context+"/"+c.Original, "./"), failed.Line, err)
	}
	return err
}
