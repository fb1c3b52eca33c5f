package docker

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// ReadLogs tells what a container wrote, whether the engine kept its two outputs apart or it has a terminal.
func (r *Reader) ReadLogs(ctx context.Context, id string, o engine.LogOptions, each func(engine.LogLine) error) error {
	options := container.LogsOptions{ShowStdout: true, ShowStderr: true, Timestamps: true, Follow: o.Follow}
	if !o.Since.IsZero() {
		options.Since = fmt.Sprintf("%d.%09d", o.Since.Unix(), o.Since.Nanosecond())
	}
	if o.Tail != 0 {
		options.Tail = strconv.Itoa(max(0, o.Tail))
	}
	body, err := r.client.ContainerLogs(ctx, id, options)
	if err != nil {
		return failed(err, "logs of container %s", id)
	}
	defer body.Close()
	out, errOut := &lines{each: each}, &lines{each: each, stderr: true}
	err = copyLogs(out, errOut, body)
	var told *tellError
	switch {
	case errors.As(err, &told):
		return told.err
	case ctx.Err() != nil && o.Follow:
		return nil
	case err != nil:
		return failed(err, "logs of container %s", id)
	}
	return errors.Join(out.end(), errOut.end())
}

func copyLogs(out, errOut io.Writer, body io.Reader) error {
	reader := bufio.NewReader(body)
	head, err := reader.Peek(8)
	if len(head) == 8 && head[0] <= 2 && bytes.Equal(head[1:4], []byte{0, 0, 0}) {
		_, err = stdcopy.StdCopy(out, errOut, reader)
		return err
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	_, err = io.Copy(out, reader)
	return err
}

// tellError is an error of whoever is told.
type tellError struct{ err error }

// Error gives that error's text.
func (e *tellError) Error() string { return e.err.Error() }

// lines cuts what is written to it into lines that begin with their time.
type lines struct {
	each   func(engine.LogLine) error
	stderr bool
	rest   []byte
}

// Write keeps the beginning of a line for the next call.
func (l *lines) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	for {
		at := bytes.IndexByte(l.rest, '\n')
		if at < 0 {
			return len(p), nil
		}
		if err := l.tell(l.rest[:at]); err != nil {
			return 0, &tellError{err}
		}
		l.rest = l.rest[at+1:]
	}
}

func (l *lines) end() error {
	if len(l.rest) == 0 {
		return nil
	}
	return l.tell(l.rest)
}

func (l *lines) tell(line []byte) error {
	stamp, text, _ := bytes.Cut(line, []byte(" "))
	at, err := time.Parse(time.RFC3339Nano, string(stamp))
	if err != nil {
		text = line
	}
	return l.each(engine.LogLine{Time: at, Stderr: l.stderr, Text: string(bytes.TrimSuffix(text, []byte("\r")))})
}
