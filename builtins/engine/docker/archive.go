package docker

import (
	"bytes"
	"context"
	"io"
	"strconv"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"
)

// ReadArchive streams a path as a tar archive whose entries start with the path's last element.
func (r *Reader) ReadArchive(ctx context.Context, id, path string) (io.ReadCloser, error) {
	archive, _, err := r.client.CopyFromContainer(ctx, id, path)
	if err != nil {
		return nil, failed(err, "reading %s of container %s", path, id)
	}
	return archive, nil
}

// WriteArchive unpacks archive below path.
func (e *Engine) WriteArchive(ctx context.Context, id, path string, archive io.Reader) error {
	err := e.client.CopyToContainer(ctx, id, path, archive, container.CopyToContainerOptions{})
	return failed(err, "writing to %s of container %s", path, id)
}

// Logs returns the end of what a container wrote, whether the engine kept its two outputs apart or it has a
// terminal.
func (r *Reader) Logs(ctx context.Context, id string, lines int) ([]byte, error) {
	body, err := r.client.ContainerLogs(ctx, id, container.LogsOptions{ShowStdout: true, ShowStderr: true, Tail: strconv.Itoa(lines)})
	if err != nil {
		return nil, failed(err, "logs of container %s", id)
	}
	defer body.Close()
	raw, err := io.ReadAll(body)
	if err != nil {
		return nil, failed(err, "logs of container %s", id)
	}
	if len(raw) < 8 || raw[0] > 2 || !bytes.Equal(raw[1:4], []byte{0, 0, 0}) {
		return raw, nil
	}
	var text bytes.Buffer
	if _, err := stdcopy.StdCopy(&text, &text, bytes.NewReader(raw)); err != nil {
		return nil, failed(err, "logs of container %s", id)
	}
	return text.Bytes(), nil
}
