package docker

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/internal/pipe"
)

// stream is an upgraded connection whose two outputs the engine has folded into one.
type stream struct {
	conn        types.HijackedResponse
	out, errOut *pipe.Pipe
}

func newStream(conn types.HijackedResponse) *stream {
	return read(conn, func(s *stream) (int64, error) { return stdcopy.StdCopy(s.out, s.errOut, conn.Reader) })
}

// read passes on what comes over a connection.
func read(conn types.HijackedResponse, from func(*stream) (int64, error)) *stream {
	s := &stream{conn: conn, out: pipe.New(), errOut: pipe.New()}
	go func() {
		_, err := from(s)
		if err != nil {
			err = &callError{kind: engine.ErrLost, text: err.Error()}
		}
		s.out.CloseWith(err)
		s.errOut.CloseWith(err)
	}()
	return s
}

func (s *stream) Write(b []byte) (int, error) {
	n, err := s.conn.Conn.Write(b)
	if err != nil {
		err = &callError{kind: engine.ErrLost, text: err.Error()}
	}
	return n, err
}

func (s *stream) Stdout() io.Reader { return s.out }
func (s *stream) Stderr() io.Reader { return s.errOut }
func (s *stream) CloseWrite() error { return s.conn.CloseWrite() }

func (s *stream) Close() error {
	s.out.CloseWith(net.ErrClosed)
	s.errOut.CloseWith(net.ErrClosed)
	s.conn.Close()
	return nil
}

// Attach connects to a container's streams; ctx bounds the connecting only.
func (e *Engine) Attach(ctx context.Context, id string) (engine.Stream, error) {
	e.note(http.MethodPost, "/containers/"+id+"/attach")
	conn, err := e.client.ContainerAttach(ctx, id, container.AttachOptions{Stream: true, Stdin: true, Stdout: true, Stderr: true})
	if err != nil {
		return nil, failed(err, "attaching to container %s", id)
	}
	return newStream(conn), nil
}

func (e *Engine) exec(ctx context.Context, id string, spec engine.ExecSpec, stdin bool) (string, types.HijackedResponse, error) {
	exec, err := e.client.ContainerExecCreate(ctx, id, container.ExecOptions{
		Cmd: spec.Command, Env: spec.Env, Tty: spec.Terminal, AttachStdin: stdin, AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		return "", types.HijackedResponse{}, failed(err, "running %q in container %s", spec.Command, id)
	}
	e.note(http.MethodPost, "/exec/"+exec.ID+"/start")
	conn, err := e.client.ContainerExecAttach(ctx, exec.ID, container.ExecAttachOptions{Tty: spec.Terminal})
	if err != nil {
		return "", types.HijackedResponse{}, failed(err, "running %q in container %s", spec.Command, id)
	}
	return exec.ID, conn, nil
}

// Exec runs a command to its end. When ctx ends first the connection is dropped and the command goes on.
func (e *Engine) Exec(ctx context.Context, id string, command []string) (engine.ExecResult, error) {
	exec, conn, err := e.exec(ctx, id, engine.ExecSpec{Command: command}, false)
	if err != nil {
		return engine.ExecResult{}, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, conn.Close)()
	var output tail
	if _, err := stdcopy.StdCopy(&output, &output, conn.Reader); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return engine.ExecResult{Output: output.kept()}, fmt.Errorf("running %q in container %s: %w: %w", command, id, engine.ErrLost, err)
	}
	ended, err := e.client.ContainerExecInspect(ctx, exec)
	if err != nil {
		return engine.ExecResult{Output: output.kept()}, failed(err, "running %q in container %s", command, id)
	}
	return engine.ExecResult{ExitCode: ended.ExitCode, Output: output.kept()}, nil
}

// tail keeps the end of what is written to it.
type tail struct{ data []byte }

const tailSize = 64 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.data = append(t.data, b...)
	if len(t.data) > 2*tailSize {
		t.data = append(t.data[:0], t.kept()...)
	}
	return len(b), nil
}

func (t *tail) kept() []byte { return t.data[max(0, len(t.data)-tailSize):] }
