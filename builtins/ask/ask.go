// Package ask asks databases and ZooKeeper what gates want to know.
//
// It runs wherever the answer can be had, which for most is a helper within the network of a new release: a database
// that no port leads to is reached from there alone, and under the names that the app itself uses. Every question is
// asked over a connection of its own and changes nothing: what asks again and again must not.
//
// What goes wrong is part of an answer, told in words that never hold a password: addresses come from secrets, and
// the errors of drivers may repeat them.
package ask

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"time"
)

// connectLimit is how long a server may take to accept a connection; a question itself may take as long as its
// context lasts.
const connectLimit = 5 * time.Second

// shownSize is how much of a text is kept of an answer.
const shownSize = 4 << 10

// Failure says why there is no answer. Its zero value is none.
type Failure struct {
	// Why is for people: it names the server and the cause.
	Why string
	// Final tells that asking again cannot help: a wrong password, a query that is none.
	Final bool
}

// Failed tells whether there is no answer.
func (f Failure) Failed() bool { return f.Why != "" }

// failed makes a failure at a server out of an error.
func failed(ctx context.Context, at string, err error) Failure {
	return Failure{Why: at + ": " + plain(ctx, err)}
}

// plain says what went wrong without the layers through which the error came.
func plain(ctx context.Context, err error) string {
	var timeout net.Error
	var lookup *net.DNSError
	var op *net.OpError
	switch {
	case ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return "there is no host of the name " + lookup.Name
	case errors.As(err, &lookup):
		return "the name " + lookup.Name + " could not be looked up: " + lookup.Err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed"
	case errors.As(err, &op):
		err = op.Err
	}
	text := err.Error()
	if _, cause, ok := strings.Cut(text, "connect: "); ok {
		return cause
	}
	return text
}

// clip keeps the beginning of a long text.
func clip(text string) string {
	if len(text) > shownSize {
		return strings.ToValidUTF8(text[:shownSize], "") + "…"
	}
	return text
}
