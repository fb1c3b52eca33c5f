package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// client is the other side of /ws.
type client struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
}

// dialWebSocket shakes hands with the key and answer of RFC 6455, section 1.3.
func dialWebSocket(t *testing.T, s *server) *client {
	t.Helper()
	conn, err := net.Dial("tcp", s.http)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	fmt.Fprint(conn, "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	c := &client{t, conn, bufio.NewReader(conn)}
	resp, err := http.ReadResponse(c.r, nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != 101 || resp.Header.Get("X-Release") != "r1" ||
		resp.Header.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		t.Fatalf("handshake: %s, %v", resp.Status, resp.Header)
	}
	return c
}

// send sends a frame whose first byte is head, masked.
func (c *client) send(head byte, payload []byte) {
	c.t.Helper()
	b := []byte{head}
	switch n := len(payload); {
	case n <= 125:
		b = append(b, 0x80|byte(n))
	case n <= 0xFFFF:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	mask := []byte{1, 2, 3, 4}
	b = append(b, mask...)
	for i, p := range payload {
		b = append(b, p^mask[i%4])
	}
	if _, err := c.conn.Write(b); err != nil {
		c.t.Fatal(err)
	}
}

// read reads a frame of the server's.
func (c *client) read() (opcode byte, payload []byte) {
	c.t.Helper()
	var head [2]byte
	if _, err := io.ReadFull(c.r, head[:]); err != nil {
		c.t.Fatal(err)
	}
	if head[0]&0x80 == 0 || head[1]&0x80 != 0 {
		c.t.Fatalf("a server's frame is whole and unmasked here: %x", head)
	}
	size, err := readSize(c.r, head[1])
	if err != nil {
		c.t.Fatal(err)
	}
	payload = make([]byte, size)
	if _, err := io.ReadFull(c.r, payload); err != nil {
		c.t.Fatal(err)
	}
	return head[0] & 0x0F, payload
}

func (c *client) expect(opcode byte, payload []byte) {
	c.t.Helper()
	if o, p := c.read(); o != opcode || !bytes.Equal(p, payload) {
		c.t.Fatalf("got opcode %x with %d bytes %.40q, want %x with %d", o, len(p), p, opcode, len(payload))
	}
}

func (c *client) expectEcho(text string) {
	c.t.Helper()
	c.send(0x80|opText, []byte(text))
	c.expect(opText, []byte(text))
}

// close closes in good order: the server echoes the code, then hangs up.
func (c *client) close() {
	c.t.Helper()
	c.send(0x80|opClose, append(closePayload(closeNormal), "bye"...))
	c.expect(opClose, closePayload(closeNormal))
	if _, err := c.r.ReadByte(); err != io.EOF {
		c.t.Errorf("after the close frames: %v", err)
	}
}

func TestWebSocketEchoes(t *testing.T) {
	c := dialWebSocket(t, startServer(t))
	for _, size := range []int{0, 1, 125, 126, 0xFFFF, maxMessage} {
		payload := bytes.Repeat([]byte{0xFE}, size)
		c.send(0x80|opBinary, payload)
		c.expect(opBinary, payload)
	}
	c.send(opText, []byte("one, ")) // fragments, a ping between them
	c.send(0x80|opPing, []byte("?"))
	c.expect(opPong, []byte("?"))
	c.send(0x80|opPong, nil)
	c.send(0x80|opContinuation, []byte("two"))
	c.expect(opText, []byte("one, two"))
	c.close()
}

func TestWebSocketRefuses(t *testing.T) {
	s := startServer(t)
	for _, c := range []struct {
		name    string
		head    byte
		payload string
		code    int
	}{
		{"a continuation of nothing", 0x80 | opContinuation, "", closeProtocol},
		{"a reserved bit", 0xC0 | opText, "", closeProtocol},
		{"an unknown opcode", 0x80 | 0x3, "", closeProtocol},
		{"a fragmented ping", opPing, "", closeProtocol},
		{"a long ping", 0x80 | opPing, strings.Repeat("x", 126), closeProtocol},
		{"a close of one byte", 0x80 | opClose, "x", closeProtocol},
		{"text that is not UTF-8", 0x80 | opText, "\xFF", closeNotUTF8},
		{"too big a frame", 0x80 | opBinary, strings.Repeat("x", maxMessage+1), closeTooBig},
	} {
		t.Run(c.name, func(t *testing.T) {
			ws := dialWebSocket(t, s)
			ws.send(c.head, []byte(c.payload))
			ws.expect(opClose, closePayload(c.code))
		})
	}
	t.Run("an unmasked frame", func(t *testing.T) {
		ws := dialWebSocket(t, s)
		ws.conn.Write([]byte{0x80 | opText, 1, 'x'})
		ws.expect(opClose, closePayload(closeProtocol))
	})
}
