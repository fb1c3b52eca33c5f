package load

import (
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// echoes is how many times a held connection is used in Options.Hold.
const echoes = 6

// webSocket holds a connection, expects the echo of each message, and closes in
// good order. It is the client who closes: a server that does is a failure.
func (o *op) webSocket() error {
	if err := o.connect(o.options.Hold); err != nil {
		return err
	}
	if err := o.shakeHands(); err != nil {
		return err
	}
	err := o.repeatedly(func(message string) error {
		if err := o.write(clientFrame(opText, []byte(message))); err != nil {
			return err
		}
		return o.expectFrame(opText, message)
	})
	if err != nil {
		return err
	}
	normal := []byte{1000 >> 8, 1000 & 0xFF}
	if err := o.write(clientFrame(opClose, normal)); err != nil {
		return err
	}
	if err := o.expectFrame(opClose, string(normal)); err != nil {
		return err
	}
	return o.expectEnd()
}

func (o *op) shakeHands() error {
	raw := make([]byte, 16)
	rand.Read(raw)
	key := base64.StdEncoding.EncodeToString(raw)
	if err := o.write(o.head("GET", "/ws", "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: "+key)); err != nil {
		return err
	}
	resp, err := o.answer("GET", http.StatusSwitchingProtocols)
	if err != nil {
		return err
	}
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	if got := resp.Header.Get("Sec-WebSocket-Accept"); got != base64.StdEncoding.EncodeToString(sum[:]) {
		return fmt.Errorf("the handshake answers another key: Sec-WebSocket-Accept is %q", got)
	}
	return nil
}

// repeatedly calls echo with ever new messages, spread over Options.Hold.
func (o *op) repeatedly(echo func(message string) error) error {
	for n := range echoes {
		if err := echo(fmt.Sprintf("message %d", n)); err != nil {
			return fmt.Errorf("echo %d of %d: %w", n+1, echoes, err)
		}
		if !sleep(o.alive, o.options.Hold/echoes) {
			return o.alive.Err()
		}
	}
	return nil
}

func (o *op) expectFrame(opcode byte, payload string) error {
	gotOpcode, got, err := readFrame(o.conn.r)
	if err != nil {
		return o.broken("a frame", err)
	}
	if gotOpcode != opcode || string(got) != payload {
		return fmt.Errorf("got a frame of opcode %d with %.40q, want %d with %q", gotOpcode, got, opcode, payload)
	}
	return nil
}

// expectEnd returns nil if the server hangs up next.
func (o *op) expectEnd() error {
	switch b, err := o.conn.r.ReadByte(); {
	case err == nil:
		return fmt.Errorf("byte %q follows the end", b)
	case !errors.Is(err, io.EOF):
		return fmt.Errorf("the connection did not end in good order: %w", err)
	}
	return nil
}

// echoTCP holds a connection of plain bytes, expects each echo, and half-closes
// it.
func (o *op) echoTCP() error {
	if err := o.dial(o.target.tcp, o.options.Timeout+o.options.Hold); err != nil {
		return err
	}
	err := o.repeatedly(func(message string) error {
		if err := o.write([]byte(message)); err != nil {
			return err
		}
		got := make([]byte, len(message))
		if _, err := io.ReadFull(o.conn.r, got); err != nil {
			return o.broken("bytes", err)
		}
		if string(got) != message {
			return fmt.Errorf("got %q, want %q", got, message)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := o.conn.Conn.(*net.TCPConn).CloseWrite(); err != nil {
		return o.broken("the half-close", err)
	}
	return o.expectEnd()
}
