package load

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// errCut marks the end of an endless stream that had its drain.
var errCut = errors.New("an endless stream was cut after its drain limit")

// stream must end with the line that only an end writes: a proxy may close a
// cut response in good order.
func (o *op) stream() error {
	if err := o.connect(o.options.Slow); err != nil {
		return err
	}
	path := fmt.Sprintf("/stream?ms=%d&every=%d", o.options.Slow.Milliseconds(), max(1, o.options.Slow.Milliseconds()/20))
	if err := o.write(o.head("GET", path)); err != nil {
		return err
	}
	body, err := o.exchange("GET")
	if err == nil && !strings.HasSuffix(string(body), "\nend\n") {
		err = fmt.Errorf("the stream stopped without its last line, after %d bytes", len(body))
	}
	return err
}

// endless reads a stream until the run is over. An end before that is a
// failure, unless the stream had outlived the drain limit: whatever drain it
// was subject to began after it did, so it had all of it.
func (o *op) endless() error {
	if err := o.dial(o.target.http, o.options.Timeout); err != nil {
		return err
	}
	begun := time.Now()
	if err := o.write(o.head("GET", "/stream?ms=0&every=100")); err != nil {
		return err
	}
	resp, err := o.answer("GET", http.StatusOK)
	if err != nil {
		return err
	}
	if o.detach() {
		o.attach(o.conn, o.going, 0)
	}
	err = o.readOn(resp.Body)
	age, ours := time.Since(begun), errors.Is(err, net.ErrClosed)
	switch {
	case ours && o.alive.Err() == nil:
		return nil // the run is over
	case !ours && age >= o.options.Drain:
		return fmt.Errorf("%w, %s old: %w", errCut, age.Round(time.Millisecond), err)
	}
	return o.broken(fmt.Sprintf("an endless stream, %s old", age.Round(time.Millisecond)), err)
}

// readOn reads until something ends the stream, and returns what.
func (o *op) readOn(body io.Reader) error {
	buf := make([]byte, 4096)
	for {
		o.conn.SetReadDeadline(time.Now().Add(o.options.Timeout))
		if _, err := body.Read(buf); err != nil {
			return err
		}
	}
}
