package docker

import (
	"context"
	"fmt"
	"io"
	"sort"
	"time"

	"github.com/docker/docker/api/types/image"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// Images lists images; only Image tells their configuration.
func (r *Reader) Images(ctx context.Context, labels map[string]string) ([]engine.Image, error) {
	list, err := r.client.ImageList(ctx, image.ListOptions{Filters: labelFilter(labels)})
	if err != nil {
		return nil, failed(err, "listing images")
	}
	images := make([]engine.Image, 0, len(list))
	for _, i := range list {
		images = append(images, engine.Image{
			ID: i.ID, Tags: real(i.RepoTags), Digests: real(i.RepoDigests),
			Labels: i.Labels, Created: time.Unix(i.Created, 0), Size: i.Size,
		})
	}
	return images, nil
}

// real drops the placeholders that old engines list for an image without a name.
func real(refs []string) []string {
	var kept []string
	for _, ref := range refs {
		if ref != "<none>:<none>" && ref != "<none>@<none>" {
			kept = append(kept, ref)
		}
	}
	return kept
}

// Image finds an image.
func (r *Reader) Image(ctx context.Context, ref string) (engine.Image, error) {
	i, err := r.client.ImageInspect(ctx, ref)
	if err != nil {
		return engine.Image{}, failed(err, "image %s", ref)
	}
	found := engine.Image{
		ID: i.ID, Tags: real(i.RepoTags), Digests: real(i.RepoDigests),
		Created: parseTime(i.Created), Size: i.Size,
	}
	if i.Config != nil {
		found.Labels, found.Config = i.Config.Labels, imageConfig(i.Config)
	}
	found.Config.Arch = i.Architecture
	return found, nil
}

func imageConfig(c *dockerspec.DockerOCIImageConfig) engine.ImageConfig {
	config := engine.ImageConfig{
		Entrypoint: c.Entrypoint, Command: c.Cmd, Env: c.Env,
		User: c.User, Workdir: c.WorkingDir, Labels: c.Labels,
	}
	for port := range c.ExposedPorts {
		config.ExposedPorts = append(config.ExposedPorts, port)
	}
	sort.Strings(config.ExposedPorts)
	return config
}

// Tag gives an image one more reference.
func (e *Engine) Tag(ctx context.Context, id, ref string) error {
	return failed(e.client.ImageTag(ctx, id, ref), "tagging image %s as %s", id, ref)
}

// RemoveImage removes a reference.
func (e *Engine) RemoveImage(ctx context.Context, ref string) error {
	_, err := e.client.ImageRemove(ctx, ref, image.RemoveOptions{PruneChildren: true})
	return failedRemoval(err, "removing image %s", ref)
}

// ImportRoot makes an image out of a root file system.
func (e *Engine) ImportRoot(ctx context.Context, ref string, root io.Reader, config engine.ImageConfig) error {
	changes, err := changesOf(config)
	if err != nil {
		return fmt.Errorf("importing image %s: %w", ref, err)
	}
	options := image.ImportOptions{Changes: changes}
	if config.Arch != "" {
		options.Platform = "linux/" + config.Arch
	}
	body, err := e.client.ImageImport(ctx, image.ImportSource{Source: root, SourceName: "-"}, ref, options)
	if err != nil {
		return failed(err, "importing image %s", ref)
	}
	defer body.Close()
	return drain(body, nil, "importing image "+ref)
}
