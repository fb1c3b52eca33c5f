package main

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// acceptSuffix is what RFC 6455, section 1.3, appends to a client's key.
const acceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// webSocket upgrades the connection and echoes messages until the client ends
// it.
func (a *app) webSocket(w http.ResponseWriter, r *http.Request) {
	key := r.Header.Get("Sec-WebSocket-Key")
	if !upgradable(w, r, key) {
		return
	}
	a.held.begin()
	conn, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		a.held.end(nil)
		http.Error(w, "cannot take over the connection", http.StatusInternalServerError)
		return
	}
	a.held.keep(conn, frame{final: true, opcode: opClose, payload: closePayload(closeGoingAway)}.bytes())
	defer a.held.end(conn)
	defer conn.Close()
	conn.SetDeadline(time.Time{})
	fmt.Fprintf(buf, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: %s\r\nX-Release: %s\r\n\r\n", acceptKey(key), a.release)
	if buf.Flush() == nil {
		echoMessages(buf)
	}
}

// upgradable tells whether r is a handshake of RFC 6455, and answers if not.
func upgradable(w http.ResponseWriter, r *http.Request, key string) bool {
	if r.Header.Get("Sec-WebSocket-Version") != "13" {
		w.Header().Set("Upgrade", "websocket")
		w.Header().Set("Sec-WebSocket-Version", "13")
		http.Error(w, "this is a WebSocket, version 13", http.StatusUpgradeRequired)
		return false
	}
	raw, err := base64.StdEncoding.DecodeString(key)
	if err != nil || len(raw) != 16 || r.Method != http.MethodGet ||
		!hasToken(r.Header.Get("Upgrade"), "websocket") || !hasToken(r.Header.Get("Connection"), "upgrade") {
		http.Error(w, "not a WebSocket handshake", http.StatusBadRequest)
		return false
	}
	return true
}

func hasToken(list, token string) bool {
	for part := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(strings.TrimSpace(part), token) {
			return true
		}
	}
	return false
}

func acceptKey(key string) string {
	sum := sha1.Sum([]byte(key + acceptSuffix))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// echoMessages echoes whole messages, joined from their fragments, and answers
// pings between these. It returns when either side has closed.
func echoMessages(buf *bufio.ReadWriter) {
	var message frame // of which fragments are being gathered, if open
	open := false
	for {
		f, err := readFrame(buf.Reader)
		if err != nil {
			say(buf, opClose, closePayload(closeCode(err)))
			return
		}
		switch {
		case f.opcode == opClose:
			say(buf, opClose, answerToClose(f.payload))
			return
		case f.opcode == opPing:
			err = say(buf, opPong, f.payload)
		case f.opcode == opPong:
		case open != (f.opcode == opContinuation):
			err = errProtocol // a continuation of nothing, or a second start
		case !open:
			message, open = f, true
		default:
			message.payload = append(message.payload, f.payload...)
		}
		if open && f.final && f.opcode < opClose && err == nil {
			open = false
			err = sayMessage(buf, message)
		}
		if len(message.payload) > maxMessage {
			err = errTooBig
		}
		if err != nil {
			say(buf, opClose, closePayload(closeCode(err)))
			return
		}
	}
}

func sayMessage(buf *bufio.ReadWriter, message frame) error {
	if message.opcode == opText && !utf8.Valid(message.payload) {
		return errNotUTF8
	}
	return say(buf, message.opcode, message.payload)
}

func say(buf *bufio.ReadWriter, opcode byte, payload []byte) error {
	buf.Write(frame{final: true, opcode: opcode, payload: payload}.bytes())
	return buf.Flush()
}
