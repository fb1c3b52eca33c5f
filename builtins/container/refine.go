package container

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
	"golang.org/x/sync/errgroup"
)

// inspections is how many containers are looked at at once.
const inspections = 16

// Refine completes what a listing tells of containers: limits and environment of those that run, when those that
// are kept ended, where there are several releases of them, and all where secrets have to be compared. It then
// numbers the secrets of what is wanted: one that has the value of a container made before keeps that one's
// version, any other gets the next. So a new value makes a new release, and no digest lets a value be guessed.
func Refine(ctx context.Context, r engine.Reader, o *state.Observed, d *state.Desired) error {
	secretive := map[addr.Addr]bool{}
	for _, resource := range d.Resources {
		secretive[resource.Addr] = len(resource.Secrets) > 0
	}
	choice := choices(o.Objects)
	g, inspecting := errgroup.WithContext(ctx)
	g.SetLimit(inspections)
	for i := range o.Objects {
		object := &o.Objects[i]
		c, ok := object.Data.(engine.Container)
		if !ok || c.State != engine.Running && !secretive[object.Addr] && !choice[object.Addr] {
			continue
		}
		g.Go(func() error {
			full, err := r.Container(inspecting, c.ID)
			if errors.Is(err, engine.ErrNotFound) {
				return nil // gone since; an apply looks again under the lock
			}
			if err == nil {
				object.Data = full
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, resource := range d.Resources {
		if resource.Addr.Kind != "service" && resource.Addr.Kind != "job" || !secretive[resource.Addr] {
			continue
		}
		versions, err := number(ctx, r, o.At(resource.Addr), resource.Secrets)
		if err != nil {
			return err
		}
		resource.Spec = state.SetVersions(resource.Spec, versions)
	}
	return nil
}

// choices are the services that have several releases to go back to, so that it matters which one ran last.
func choices(objects []state.Object) map[addr.Addr]bool {
	kept, choice := map[addr.Addr]string{}, map[addr.Addr]bool{}
	for _, object := range objects {
		c, ok := object.Data.(engine.Container)
		if !ok || c.State != engine.Exited || object.Addr.Kind != "service" {
			continue
		}
		if first, ok := kept[object.Addr]; ok && first != object.Release {
			choice[object.Addr] = true
		}
		kept[object.Addr] = object.Release
	}
	return choice
}

// number finds the version of each secret, by path, among the containers made before.
func number(ctx context.Context, r engine.Reader, made []state.Object, secrets map[string]string) (map[string]int, error) {
	before := make([]map[string]int, len(made))
	for i, object := range made {
		before[i] = state.Versions(object.Spec)
	}
	versions := map[string]int{}
	for path, value := range secrets {
		next := 1
		for i, object := range made {
			version, has := before[i][path]
			c, ok := object.Data.(engine.Container)
			if !has || !ok {
				continue
			}
			same, err := holds(ctx, r, c, path, value)
			if err != nil {
				return nil, err
			}
			if same {
				next = version
				break
			}
			next = max(next, version+1)
		}
		versions[path] = next
	}
	return versions, nil
}

// holds tells whether a container was given value at path: a variable's or a file's.
func holds(ctx context.Context, r engine.Reader, c engine.Container, path, value string) (bool, error) {
	if name, ok := strings.CutPrefix(path, "env."); ok {
		return slices.Contains(c.Env, name+"="+value), nil
	}
	file, ok := strings.CutPrefix(path, "file.")
	if !ok {
		return false, nil
	}
	archive, err := r.ReadArchive(ctx, c.ID, strings.TrimSuffix(file, ".content"))
	if errors.Is(err, engine.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer archive.Close()
	reader := tar.NewReader(archive)
	if _, err := reader.Next(); err != nil {
		return false, nil // not the file that was put there
	}
	content, err := io.ReadAll(io.LimitReader(reader, int64(len(value))+1))
	return string(content) == value, err
}
