package load

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// atomicHandler is a server whose app can be exchanged.
type atomicHandler struct{ atomic.Pointer[http.Handler] }

func (a *atomicHandler) serve(t *testing.T) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*a.Load()).ServeHTTP(w, r) }))
	t.Cleanup(s.Close)
	return s
}

// say reads a request and writes text, with CRLF for each \n up to the body, if
// there is one, then hangs up.
func say(text string) func(net.Conn, *bufio.Reader, int) {
	return func(c net.Conn, r *bufio.Reader, _ int) {
		if req, err := http.ReadRequest(r); err == nil {
			io.Copy(io.Discard, req.Body)
			head, body, whole := strings.Cut(text, "\n\n")
			io.WriteString(c, strings.ReplaceAll(head, "\n", "\r\n"))
			if whole {
				io.WriteString(c, "\r\n\r\n"+body)
			}
		}
	}
}

// afterShake reads a handshake, answers it, and goes on with what follows.
func afterShake(then func(net.Conn, *bufio.Reader)) func(net.Conn, *bufio.Reader, int) {
	return func(c net.Conn, r *bufio.Reader, _ int) {
		if req, err := http.ReadRequest(r); err == nil {
			shake(c, req.Header.Get("Sec-WebSocket-Key"))
			then(c, r)
		}
	}
}

const okHead = "HTTP/1.1 200 OK\nX-Release: one\n"

// Every one of these servers loses or spoils every operation, and every
// operation must be counted as failed, once.
func TestEveryLossIsCounted(t *testing.T) {
	for _, c := range []struct {
		name   string
		kind   Kind
		handle func(net.Conn, *bufio.Reader, int)
		want   string // within the error
	}{
		{"closes at once", Fresh, func(net.Conn, *bufio.Reader, int) {}, ""},
		{"closes after reading the request", KeepAlive, say(""), "without a byte"},
		{"closes after reading the request", HTTP10, say(""), "without a byte"},
		{"closes after reading the request", Post, say(""), "without a byte"},
		{"closes after reading the request", SlowPost, say(""), "without a byte"},
		{"closes after reading the request", SlowGet, say(""), "without a byte"},
		{"closes after reading the request", Stream, say(""), "without a byte"},
		{"closes after reading the request", WebSocket, say(""), "without a byte"},
		{"half a head", Fresh, say(okHead + "X-More"), "broke off"},
		{"half a body", KeepAlive, say(okHead + "Content-Length: 9\n\none"), "broke off"},
		{"half a chunked body", Fresh, say(okHead + "Transfer-Encoding: chunked\n\n3\r\none\r\n"), "broke off"},
		{"no HTTP at all", Fresh, say("SSH-2.0-x\n\n"), "malformed"},
		{"an error", KeepAlive, say("HTTP/1.1 503 Service Unavailable\nContent-Length: 0\n\n"), "503 Service Unavailable"},
		{"an error of the app", Post, say("HTTP/1.1 500 Oh\nX-Release: one\nContent-Length: 0\n\n"), "500 Oh"},
		{"a redirection", Fresh, say("HTTP/1.1 302 Found\nX-Release: one\nContent-Length: 0\n\n"), "302"},
		{"no release", Fresh, say("HTTP/1.1 200 OK\nContent-Length: 3\n\none"), "no X-Release"},
		{"the body of another release", Fresh, say(okHead + "Content-Length: 3\n\ntwo"), `"two", not "one"`},
		{"an HTTP/1.0 body cut by the close", HTTP10, say(okHead + "\non"), `"on", not "one"`},
		{"more than the answer", KeepAlive, say(okHead + "Content-Length: 3\n\nonetwo"), "3 bytes follow"},
		{"another echo", Post, say(okHead + "Content-Length: 3\n\none"), "the echo of the body"},
		{"an answer before its time", SlowGet, say(okHead + "Content-Length: 0\n\n"), "came after"},
		{"a stream cut in good order", Stream, say(okHead + "Transfer-Encoding: chunked\n\n5\r\nline\n\r\n0\r\n\r\n"), "without its last line"},
		{"a stream cut", Stream, say(okHead + "Transfer-Encoding: chunked\n\n5\r\n\nend\n\r\n"), "broke off"},
		{"a slow POST cut while sending", SlowPost, func(c net.Conn, r *bufio.Reader, _ int) { r.ReadByte() }, ""},
		{"no upgrade", WebSocket, say(okHead + "Content-Length: 0\n\n"), "200 OK"},
		{"another key", WebSocket, say("HTTP/1.1 101 Switching Protocols\nX-Release: one\nSec-WebSocket-Accept: x\n\n"), "another key"},
		{"a websocket cut", WebSocket, afterShake(func(c net.Conn, r *bufio.Reader) { readMasked(r) }), "echo 1 of 6: a frame: "},
		{"a websocket told to go away", WebSocket, afterShake(func(c net.Conn, r *bufio.Reader) {
			readMasked(r)
			c.Write([]byte{0x80 | opClose, 2, 1001 >> 8, 1001 & 0xFF})
		}), "opcode 8"},
		{"a wrong echo", WebSocket, afterShake(func(c net.Conn, r *bufio.Reader) {
			readMasked(r)
			c.Write([]byte{0x80 | opText, 1, 'x'})
		}), `"x", want`},
		{"a websocket cut at its close", WebSocket, afterShake(func(c net.Conn, r *bufio.Reader) {
			for {
				opcode, payload, err := readMasked(r)
				if err != nil || opcode == opClose {
					return
				}
				c.Write(append([]byte{0x80 | opcode, byte(len(payload))}, payload...))
			}
		}), "a frame: "},
		{"TCP closed", TCP, func(c net.Conn, r *bufio.Reader, _ int) { r.ReadByte() }, "echo 1 of 6"},
		{"a wrong TCP echo", TCP, func(c net.Conn, r *bufio.Reader, _ int) {
			r.ReadByte()
			io.WriteString(c, "message X")
			io.Copy(io.Discard, r)
		}, `got "message X"`},
		{"TCP with a last word", TCP, func(c net.Conn, r *bufio.Reader, _ int) {
			io.Copy(c, r)
			io.WriteString(c, "!")
		}, "follows the end"},
	} {
		t.Run(fmt.Sprint(c.name, " ", c.kind), func(t *testing.T) {
			t.Parallel()
			var connections atomic.Int64
			address := listen(t, func(nc net.Conn, r *bufio.Reader, number int) {
				connections.Add(1)
				c.handle(nc, r, number)
			})
			o := short("http://"+address, Mix{c.kind: 1})
			o.TCP, o.Duration = address, 100*time.Millisecond
			r := run(t, o)
			if r.Total.Failed == 0 || r.Total.Failed != r.Total.Attempted || int(connections.Load()) != r.Total.Attempted {
				t.Fatalf("%d connections\n%s", connections.Load(), r)
			}
			if f := r.Failures[0]; f.Kind != c.kind || !strings.Contains(f.Error, c.want) {
				t.Errorf("got %v, want %q", f, c.want)
			}
		})
	}
}

// The request of a kept connection that dies under it is lost, and not sent
// again.
func TestNothingIsRetried(t *testing.T) {
	var requests atomic.Int64
	address := listen(t, func(c net.Conn, r *bufio.Reader, _ int) {
		for n := 0; n < 3 && answerOne(c, r); n++ {
			requests.Add(1)
		}
		if _, err := http.ReadRequest(r); err == nil {
			requests.Add(1) // and no answer
		}
	})
	o := short("http://"+address, Mix{KeepAlive: 1})
	o.KeepAlive = 2
	r := run(t, o)
	if int(requests.Load()) != r.Total.Attempted || r.Total.Failed < r.Total.Attempted/5 || r.Total.OK == 0 {
		t.Errorf("%d requests arrived\n%s", requests.Load(), r)
	}
	for _, f := range r.Failures {
		if !strings.Contains(f.Error, "kept connection ended without a byte") {
			t.Errorf("got %v", f)
		}
	}
}

func TestAnswersThatNobodyAskedForAreFailures(t *testing.T) {
	for text, fails := range map[string]bool{"HTTP/1.1 200 OK\r\n\r\n": true, "HTTP/1.1 408 Request Timeout\r\n\r\n": false} {
		address := listen(t, func(c net.Conn, r *bufio.Reader, _ int) {
			if answerOne(c, r) {
				time.Sleep(20 * time.Millisecond)
				io.WriteString(c, text)
			}
		})
		o := short("http://"+address, Mix{KeepAlive: 1})
		o.KeepAlive, o.Rate = 1, 10
		if r := run(t, o); fails != (r.Total.Failed > 0) {
			t.Errorf("%q\n%s", text, r)
		}
	}
}

func TestSilenceIsAFailure(t *testing.T) {
	address := listen(t, func(c net.Conn, r *bufio.Reader, _ int) { io.Copy(io.Discard, r) })
	o := short("http://"+address, Mix{Fresh: 1, Post: 1})
	o.Timeout, o.Endless = 100*time.Millisecond, 1
	r := run(t, o)
	if r.Total.OK > 0 || r.Total.Failed != r.Total.Attempted || !strings.Contains(r.Failures[0].Error, "not there in time") {
		t.Errorf("\n%s", r)
	}
}

func TestNobodyListens(t *testing.T) {
	s := httptest.NewServer(nil)
	s.Close()
	o := short(s.URL, nil)
	o.Endless, o.Failures = 1, 3
	r := run(t, o)
	if r.Total.OK > 0 || r.Total.Failed != r.Total.Attempted || len(r.Failures) != 3 || !strings.Contains(r.Failures[0].Error, "refused") {
		t.Errorf("\n%s", r)
	}
	if text := r.String(); !strings.Contains(text, fmt.Sprintf("and %d more", r.Total.Failed-3)) {
		t.Errorf("the report hides failures:\n%s", text)
	}
}

// An endless stream that is cut has failed, unless it was given its drain.
func TestEndlessStreams(t *testing.T) {
	for _, c := range []struct {
		drain       time.Duration
		cut, failed int
	}{{100 * time.Millisecond, 1, 0}, {time.Minute, 0, 1}} {
		s := serveApp(t, "one")
		time.AfterFunc(250*time.Millisecond, s.CloseClientConnections)
		o := short(s.URL, Mix{SlowGet: 1})
		o.Rate, o.Endless, o.Drain = 0.1, 1, c.drain
		o.Duration = 350 * time.Millisecond
		count := run(t, o).Kinds[Endless]
		if count.Cut != c.cut || count.Failed != c.failed {
			t.Errorf("with a drain of %s: %+v", c.drain, count)
		}
	}
}
