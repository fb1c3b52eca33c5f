package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/deployrecipe/recipe/builtins/helper/internal/wire"
)

// What is kept of an answer's body: enough to show why an app says that it is not ready.
const keptBody = 4 << 10

// While nobody listens an attempt reaches no app and costs next to nothing. So the next one follows after a part of
// the time that it took so far, which bounds how much later than the app we are; the interval, which spares apps, is
// the upper bound then.
const (
	listenShare = 100
	listenPause = 2 * time.Millisecond
)

// Probe asks until an attempt passes. It never fails itself: the reply tells how the last attempt went, also
// when the time was over or the client took the question back.
func (s *service) Probe(in wire.Probe, out *wire.Probed) error {
	ctx, end := s.begin(in.Call)
	defer end()
	began := time.Now()
	for {
		next := time.Now().Add(in.Interval)
		attempt, refused := probeOnce(ctx, in)
		if ctx.Err() == nil || attempt.Passed || out.Attempts == 0 {
			attempt.Attempts = out.Attempts + 1
			*out = attempt
		}
		out.Took = time.Since(began)
		if out.Passed || ctx.Err() != nil {
			return nil
		}
		if refused {
			next = time.Now().Add(min(in.Interval, max(listenPause, out.Took/listenShare)))
		}
		select {
		case <-time.After(time.Until(next)):
		case <-ctx.Done():
			out.Took = time.Since(began)
			return nil
		}
	}
}

// probeOnce makes one attempt and tells whether nobody listens yet.
func probeOnce(ctx context.Context, in wire.Probe) (got wire.Probed, refused bool) {
	if in.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, in.Timeout)
		defer cancel()
	}
	var err error
	if in.HTTP {
		err = get(ctx, in, &got)
	} else {
		err = connect(ctx, in.Address)
	}
	if err != nil {
		got.Err = plain(err, in.Timeout)
	}
	got.Passed = err == nil
	return got, errors.Is(err, syscall.ECONNREFUSED)
}

func connect(ctx context.Context, address string) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return conn.Close()
}

// get makes one request over a connection of its own and follows no redirect: a probe asks this instance.
func get(ctx context.Context, in wire.Probe, got *wire.Probed) error {
	path := "/" + strings.TrimPrefix(in.Path, "/")
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+in.Address+path, nil)
	if err != nil {
		return err
	}
	request.Host = in.Host
	request.Header.Set("User-Agent", "recipe")
	for name, value := range in.Headers {
		request.Header.Set(name, value)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	got.Status = response.StatusCode
	body, err := io.ReadAll(io.LimitReader(response.Body, keptBody))
	got.Body = body
	if !accepts(in.Status, got.Status) {
		return fmt.Errorf("it answered %d %s", got.Status, http.StatusText(got.Status))
	}
	if err != nil || in.Body == "" {
		return err
	}
	want, err := regexp.Compile(in.Body)
	if err == nil && !want.Match(body) {
		err = fmt.Errorf("its body does not match %q", in.Body)
	}
	return err
}

func accepts(wanted []int, status int) bool {
	if len(wanted) == 0 {
		return status >= 200 && status <= 399
	}
	return slices.Contains(wanted, status)
}

// plain says why an attempt failed without the layers through which the error came.
func plain(err error, timeout time.Duration) string {
	var wait net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &wait) && wait.Timeout() {
		if timeout > 0 {
			return "no answer within " + timeout.String()
		}
		return "no answer in time"
	}
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	text := err.Error()
	if cut := strings.LastIndex(text, "connect: "); cut >= 0 {
		text = text[cut+len("connect: "):]
	}
	return text
}
