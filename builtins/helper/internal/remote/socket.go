package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/deployrecipe/recipe/builtins/helper/internal/wire"
)

// An answer is at most this long: the counters of 10,000 backends are about 5 MB.
const maxAnswer = 64 << 20

// Command sends a text to a unix socket and returns all that comes back until the peer closes. Our side is
// closed after the text, since a proxy waits for more else.
func (s *service) Command(in wire.Command, out *wire.Answer) error {
	ctx, end := s.begin(in.Call)
	defer end()
	text, err := exchange(ctx, filepath.Join(s.Root, in.Path), in)
	out.Text = text
	if err != nil {
		if cause := ctx.Err(); cause != nil && errors.Is(err, os.ErrDeadlineExceeded) {
			err = cause
		}
		return wire.Pack(fmt.Errorf("asking %s: %w", in.Path, err))
	}
	return nil
}

func exchange(ctx context.Context, path string, in wire.Command) ([]byte, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	if _, err := io.WriteString(conn, in.Text); err != nil {
		return nil, err
	}
	if half, ok := conn.(*net.UnixConn); ok && !in.Hold {
		if err := half.CloseWrite(); err != nil {
			return nil, err
		}
	}
	return io.ReadAll(io.LimitReader(conn, maxAnswer))
}
