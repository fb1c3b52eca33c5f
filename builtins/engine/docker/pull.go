package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/docker/docker/api/types/image"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// Pull fetches an image and returns what the engine then has.
func (e *Engine) Pull(ctx context.Context, ref, platform string, progress func(engine.Progress)) (engine.Image, error) {
	auth, err := e.auth.forRef(ref)
	if err != nil {
		return engine.Image{}, fmt.Errorf("pulling %s: %w", ref, err)
	}
	body, err := e.client.ImagePull(ctx, ref, image.PullOptions{RegistryAuth: auth, Platform: platform})
	if err != nil {
		return engine.Image{}, failed(err, "pulling %s", ref)
	}
	defer body.Close()
	if err := drain(body, progress, "pulling "+ref); err != nil {
		return engine.Image{}, err
	}
	return e.Image(ctx, ref)
}

// RemoteDigest asks the registry through the engine, so that it is the engine's network and mirrors that count.
func (r *Reader) RemoteDigest(ctx context.Context, ref string) (string, error) {
	auth, err := r.auth.forRef(ref)
	if err != nil {
		return "", fmt.Errorf("asking for the digest of %s: %w", ref, err)
	}
	found, err := r.client.DistributionInspect(ctx, ref, auth)
	if err != nil {
		return "", failed(err, "asking for the digest of %s", ref)
	}
	return found.Descriptor.Digest.String(), nil
}

// line is one message of a pull, push or import.
type line struct {
	ID       string `json:"id"`
	Status   string `json:"status"`
	Error    string `json:"error"`
	Progress struct {
		Current int64 `json:"current"`
		Total   int64 `json:"total"`
	} `json:"progressDetail"`
}

// drain reads messages to the end, since an engine reports what went wrong among them, after it has already
// answered with success.
func drain(body io.Reader, progress func(engine.Progress), doing string) error {
	decoder := json.NewDecoder(body)
	for {
		var m line
		err := decoder.Decode(&m)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return failed(err, "%s", doing)
		case m.Error != "":
			if strings.Contains(m.Error, "not found") || strings.Contains(m.Error, "manifest unknown") {
				return fmt.Errorf("%s: %w: %s", doing, engine.ErrNotFound, m.Error)
			}
			return fmt.Errorf("%s: %s", doing, m.Error)
		case progress != nil:
			progress(engine.Progress{Layer: m.ID, Status: m.Status, Current: m.Progress.Current, Total: m.Progress.Total})
		}
	}
}
