package load

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// run does the operation and returns nil if all of it was as it must be.
func (o *op) run() error {
	switch o.kind {
	case KeepAlive, Fresh, HTTP10:
		return o.get()
	case Post:
		return o.post(1, 0)
	case SlowPost:
		const pieces = 10
		return o.post(pieces, o.options.Dribble/pieces)
	case SlowGet:
		return o.getSlow()
	case Stream:
		return o.stream()
	case WebSocket:
		return o.webSocket()
	case TCP:
		return o.echoTCP()
	case Endless:
		return o.endless()
	}
	panic("unreachable: no kind of load " + o.kind)
}

// connect gives o a connection to the app, for its timeout and what it takes by
// its nature.
func (o *op) connect(takes time.Duration) error {
	limit := o.options.Timeout + takes
	if !o.kind.kept() {
		return o.dial(o.target.http, limit)
	}
	c, closed, err := o.pool.take()
	o.tally.idleClosed(closed)
	switch {
	case err != nil:
		return err
	case c != nil:
		o.attach(c, o.alive, limit)
		return nil
	}
	if err := o.dial(o.target.http, limit); err != nil {
		o.pool.forget()
		return err
	}
	return nil
}

// head returns the request up to the body. The connection is asked to stay
// open only where it is used again.
func (o *op) head(method, path string, headers ...string) []byte {
	version := "HTTP/1.1"
	if o.kind == HTTP10 {
		version = "HTTP/1.0"
	} else if !o.kind.kept() && o.kind != WebSocket {
		headers = append(headers, "Connection: close")
	}
	if o.options.Header != "" {
		headers = append(headers, o.options.Header)
	}
	lines := append([]string{method + " " + path + " " + version, "Host: " + o.target.host, "User-Agent: recipe-load"}, headers...)
	return []byte(strings.Join(lines, "\r\n") + "\r\n\r\n")
}

// answer reads the head of the answer, which must have status want.
func (o *op) answer(method string, want int) (*http.Response, error) {
	resp, err := http.ReadResponse(o.conn.r, &http.Request{Method: method})
	if err != nil {
		return nil, o.broken("the answer", err)
	}
	o.release = resp.Header.Get("X-Release")
	o.tally.answered(o.release)
	if resp.StatusCode != want {
		return nil, fmt.Errorf("the answer is %s on a %s", resp.Status, o.conn)
	}
	if o.release == "" {
		return nil, errors.New("the answer has no X-Release header")
	}
	return resp, nil
}

// exchange reads the answer to what was sent, whole; nothing may follow it.
func (o *op) exchange(method string) (body []byte, err error) {
	resp, err := o.answer(method, http.StatusOK)
	if err != nil {
		return nil, err
	}
	body, err = io.ReadAll(resp.Body)
	if err != nil {
		return body, o.broken("the body", err)
	}
	if n := o.conn.r.Buffered(); n > 0 {
		return body, fmt.Errorf("%d bytes follow the answer", n)
	}
	o.reusable = o.kind.kept() && !resp.Close
	return body, nil
}

func (o *op) get() error {
	if err := o.connect(0); err != nil {
		return err
	}
	if err := o.write(o.head("GET", "/release")); err != nil {
		return err
	}
	body, err := o.exchange("GET")
	if err == nil && string(bytes.TrimSpace(body)) != o.release {
		err = fmt.Errorf("the body of /release is %.40q, not %q as X-Release says", body, o.release)
	}
	return err
}

// getSlow must take its time: an answer that comes sooner is not the app's.
func (o *op) getSlow() error {
	if err := o.connect(o.options.Slow); err != nil {
		return err
	}
	sent := time.Now()
	if err := o.write(o.head("GET", fmt.Sprintf("/slow?ms=%d", o.options.Slow.Milliseconds()))); err != nil {
		return err
	}
	_, err := o.exchange("GET")
	if took := time.Since(sent).Milliseconds(); err == nil && took < o.options.Slow.Milliseconds() {
		err = fmt.Errorf("the slow answer came after %d ms", took)
	}
	return err
}

// post sends a body in pieces, with a pause before each but the first, and
// must get it back.
func (o *op) post(pieces int, pause time.Duration) error {
	piece := []byte(strings.Repeat("recipe ", 9) + "\n")
	length := fmt.Sprintf("Content-Length: %d", pieces*len(piece))
	if err := o.connect(time.Duration(pieces) * pause); err != nil {
		return err
	}
	message := append(o.head("POST", "/echo", "Content-Type: text/plain", length), piece...)
	for sent := 0; ; {
		if err := o.write(message); err != nil {
			return err
		}
		if sent++; sent == pieces {
			break
		}
		if !sleep(o.alive, pause) {
			return o.alive.Err()
		}
		message = piece
	}
	body, err := o.exchange("POST")
	if err == nil && !bytes.Equal(body, bytes.Repeat(piece, pieces)) {
		err = fmt.Errorf("the echo of the body is %.40q", body)
	}
	return err
}
