package load

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

// app answers as the clients expect of it.
func app(release string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/release", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, release) })
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Write(body)
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		ms, _ := strconv.Atoi(r.FormValue("ms"))
		select {
		case <-time.After(time.Duration(ms) * time.Millisecond):
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("/stream", streamLines)
	mux.HandleFunc("/ws", echoFrames)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Release", release)
		mux.ServeHTTP(w, r)
	})
}

func streamLines(w http.ResponseWriter, r *http.Request) {
	ms, _ := strconv.Atoi(r.FormValue("ms"))
	for start := time.Now(); ms == 0 || time.Since(start).Milliseconds() < int64(ms); time.Sleep(10 * time.Millisecond) {
		fmt.Fprintln(w, "line")
		if http.NewResponseController(w).Flush() != nil || r.Context().Err() != nil {
			return
		}
	}
	fmt.Fprintln(w, "end")
}

// echoFrames echoes short frames, close frames included.
func echoFrames(w http.ResponseWriter, r *http.Request) {
	conn, buf, _ := http.NewResponseController(w).Hijack()
	defer conn.Close()
	shake(conn, r.Header.Get("Sec-WebSocket-Key"))
	for {
		opcode, payload, err := readMasked(buf.Reader)
		if err != nil {
			return
		}
		conn.Write(append([]byte{0x80 | opcode, byte(len(payload))}, payload...))
		if opcode == opClose {
			return
		}
	}
}

func shake(w io.Writer, key string) {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	fmt.Fprintf(w, "HTTP/1.1 101 Switching Protocols\r\nX-Release: one\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		base64.StdEncoding.EncodeToString(sum[:]))
}

func readMasked(r *bufio.Reader) (opcode byte, payload []byte, err error) {
	var head [6]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	payload = make([]byte, head[1]&0x7F)
	_, err = io.ReadFull(r, payload)
	for i := range payload {
		payload[i] ^= head[2+i%4]
	}
	return head[0] & 0x0F, payload, err
}

// serveApp starts an app and returns its URL.
func serveApp(t *testing.T, release string) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(app(release))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

// listen hands every connection to handle, with its number from 1 on, and
// returns the address.
func listen(t *testing.T, handle func(c net.Conn, r *bufio.Reader, number int)) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for number := 1; ; number++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				handle(c, bufio.NewReader(c), number)
			}()
		}
	}()
	return l.Addr().String()
}

// answerOne reads a request and answers it as the app does, to the byte.
func answerOne(c net.Conn, r *bufio.Reader) bool {
	req, err := http.ReadRequest(r)
	if err != nil {
		return false
	}
	io.Copy(io.Discard, req.Body)
	_, err = io.WriteString(c, strings.ReplaceAll("HTTP/1.1 200 OK\nX-Release: one\nContent-Length: 3\n\n", "\n", "\r\n")+"one")
	return err == nil
}
