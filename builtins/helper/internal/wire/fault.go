package wire

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"syscall"
)

// Errors cross the stream as text. Those that a caller may want to know with errors.Is are named before it.
var kinds = [...]struct {
	name string
	err  error
}{
	{"canceled", context.Canceled},
	{"deadline", context.DeadlineExceeded},
	{"missing", fs.ErrNotExist},
	{"refused", syscall.ECONNREFUSED},
}

const mark = "\x00"

// Pack makes err fit for the stream.
func Pack(err error) error {
	if err == nil {
		return nil
	}
	for _, k := range kinds {
		if errors.Is(err, k.err) {
			return errors.New(k.name + mark + err.Error())
		}
	}
	return err
}

// Unpack gives back an error's identity.
func Unpack(err error) error {
	if err == nil {
		return nil
	}
	name, text, ok := strings.Cut(err.Error(), mark)
	for _, k := range kinds {
		if ok && k.name == name {
			return &fault{k.err, text}
		}
	}
	return err
}

type fault struct {
	kind error
	text string
}

func (f *fault) Error() string { return f.text }
func (f *fault) Unwrap() error { return f.kind }
