package docker

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// transport watches over each request: it records it, gives an engine that hangs only so long to start
// answering, and says of a broken one whether it can have taken effect. The client library above it folds most
// network errors into one text, so this is where they are still to be told apart.
type transport struct {
	next   http.RoundTripper
	target target
	record func(method, path string)
}

var errNoAnswer = errors.New("no answer in time")

func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	path := unversioned(request.URL.Path)
	if t.record != nil {
		t.record(request.Method, path)
	}
	ctx, cancel := context.WithCancelCause(request.Context())
	if limit := answerLimit(request.Method, path, request.URL.Query().Get("t")); limit > 0 {
		timer := time.AfterFunc(limit, func() { cancel(errNoAnswer) })
		defer timer.Stop()
	}
	response, err := t.next.RoundTrip(request.WithContext(ctx))
	if err != nil {
		err = t.explain(request, context.Cause(ctx), err)
		cancel(nil)
		return nil, err
	}
	response.Body = &body{ReadCloser: response.Body, cancel: cancel, transport: t, request: request}
	return response, nil
}

// explain says what a request that got no answer means for its caller.
func (t *transport) explain(request *http.Request, cause, err error) error {
	if isDial(err) {
		return unreachable(t.target, err)
	}
	lost := &callError{kind: engine.ErrLost, text: err.Error()}
	switch {
	case errors.Is(cause, errNoAnswer):
		lost.text = "the engine at " + t.target.host + " did not answer in time"
	case request.Context().Err() != nil:
		if request.Method == http.MethodGet || request.Method == http.MethodHead {
			return request.Context().Err()
		}
		lost.cause, lost.text = request.Context().Err(), request.Context().Err().Error()
	}
	return lost
}

// answerLimit is how long an engine may take until it starts to answer; 0 is no limit. What comes after the
// first byte is not limited, so streams may be as long as they like.
func answerLimit(method, path, stopSeconds string) time.Duration {
	const short, long = 30 * time.Second, 3 * time.Minute
	last := path[strings.LastIndex(path, "/")+1:]
	switch {
	case path == "/_ping":
		return 0 // negotiate has its own
	case path == "/images/create", method == http.MethodPut, last == "wait", last == "load":
		return 0 // pulls, imports and archives take as long as they take
	case strings.HasPrefix(path, "/distribution/"):
		return time.Minute
	case last == "stop":
		seconds, _ := strconv.Atoi(stopSeconds)
		return time.Duration(seconds)*time.Second + time.Minute
	case method == http.MethodGet:
		return short
	}
	return long // a create copies an image's files into a new volume, a removal deletes them
}

func unversioned(path string) string {
	if rest, ok := strings.CutPrefix(path, "/v1."); ok {
		if slash := strings.Index(rest, "/"); slash >= 0 {
			return rest[slash:]
		}
	}
	return path
}

// body turns an answer that breaks off into engine.ErrLost.
type body struct {
	io.ReadCloser
	cancel    context.CancelCauseFunc
	transport *transport
	request   *http.Request
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = b.transport.explain(b.request, nil, err)
	}
	return n, err
}

func (b *body) Close() error {
	err := b.ReadCloser.Close()
	b.cancel(nil)
	return err
}
