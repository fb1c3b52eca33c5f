package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
)

// Pull carries out image.pull.
type Pull struct{ Images Images }

// Do pulls the image unless the engine has it, and gives it the name that the recipe uses where no other has that.
func (p Pull) Do(ctx context.Context, step plan.Step, in kind.Inputs) (kind.Outputs, error) {
	var c pullConfig
	if err := json.Unmarshal(step.Config, &c); err != nil {
		return nil, fmt.Errorf("reading the step: %w", err)
	}
	image, err := p.Images.Image(ctx, c.Ref)
	if errors.Is(err, engine.ErrNotFound) {
		image, err = p.Images.Pull(ctx, c.Ref, c.Platform, layers(in.Report))
	}
	if err != nil {
		return nil, err
	}
	if c.Tag != "" && c.Tag != c.Ref && digestIn(c.Tag) == "" {
		if _, err := p.Images.Image(ctx, c.Tag); errors.Is(err, engine.ErrNotFound) {
			if err := p.Images.Tag(ctx, image.ID, c.Tag); err != nil {
				return nil, err
			}
		}
	}
	return kind.Outputs{"id": image.ID, "ref": c.Ref}, nil
}

// layers reports each layer's states once; the bytes in between would flood a log.
func layers(report func(string)) func(engine.Progress) {
	last := map[string]string{}
	return func(p engine.Progress) {
		if p.Layer == "" || last[p.Layer] == p.Status {
			return
		}
		last[p.Layer] = p.Status
		report(p.Layer + ": " + p.Status)
	}
}

// Tag carries out image.tag.
type Tag struct{ Images Images }

// Do gives the image its further names.
func (t Tag) Do(ctx context.Context, step plan.Step, _ kind.Inputs) (kind.Outputs, error) {
	var c tagConfig
	if err := json.Unmarshal(step.Config, &c); err != nil {
		return nil, fmt.Errorf("reading the step: %w", err)
	}
	image, err := t.Images.Image(ctx, c.Ref)
	if err != nil {
		return nil, err
	}
	for _, tag := range c.Tags {
		if err := t.Images.Tag(ctx, image.ID, tag); err != nil {
			return nil, err
		}
	}
	return kind.Outputs{"id": image.ID}, nil
}

// Remove carries out image.remove.
type Remove struct{ Images engine.Images }

// Do removes the image. One that something else came to use stays, and that is no failure.
func (r Remove) Do(ctx context.Context, step plan.Step, in kind.Inputs) (kind.Outputs, error) {
	var c removeConfig
	if err := json.Unmarshal(step.Config, &c); err != nil {
		return nil, fmt.Errorf("reading the step: %w", err)
	}
	err := r.Images.RemoveImage(ctx, c.Ref)
	if errors.Is(err, engine.ErrInUse) {
		in.Report("it stays, since a container uses it")
		return nil, nil
	}
	return nil, err
}

// Doers lists the operations of this package, for whoever carries out plans.
func Doers(build Build) map[plan.Op]kind.Doer {
	return map[plan.Op]kind.Doer{
		OpBuild: build, OpPull: Pull{build.Images}, OpTag: Tag{build.Images}, OpRemove: Remove{build.Images},
	}
}
