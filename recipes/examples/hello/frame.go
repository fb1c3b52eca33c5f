package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// The opcodes of RFC 6455, section 5.2; those from opClose on are of control
// frames.
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xA
)

// The codes a connection is closed with: RFC 6455, section 7.4.1.
const (
	closeNormal    = 1000
	closeGoingAway = 1001
	closeProtocol  = 1002
	closeNotUTF8   = 1007
	closeTooBig    = 1009
)

// maxMessage bounds a message, in bytes.
const maxMessage = 64 << 10

var (
	errProtocol = errors.New("not a frame that a client may send")
	errNotUTF8  = errors.New("a text message that is not UTF-8")
	errTooBig   = errors.New("a message above the bound")
)

func closeCode(err error) int {
	switch {
	case errors.Is(err, errNotUTF8):
		return closeNotUTF8
	case errors.Is(err, errTooBig):
		return closeTooBig
	case errors.Is(err, errProtocol):
		return closeProtocol
	}
	return closeNormal // the connection itself has failed: nobody reads it
}

func closePayload(code int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(code)) }

// answerToClose gives the client its own code back, as section 5.5.1 asks; a
// payload of one byte holds no code.
func answerToClose(payload []byte) []byte {
	switch len(payload) {
	case 0:
		return nil
	case 1:
		return closePayload(closeProtocol)
	}
	return payload[:2]
}

// frame is one frame, its payload unmasked.
type frame struct {
	final   bool
	opcode  byte
	payload []byte
}

// readFrame reads a frame of a client, which must be masked.
func readFrame(r *bufio.Reader) (frame, error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, err
	}
	f := frame{final: head[0]&0x80 != 0, opcode: head[0] & 0x0F}
	if head[0]&0x70 != 0 || head[1]&0x80 == 0 || !f.allowed(head[1]&0x7F) {
		return f, errProtocol
	}
	size, err := readSize(r, head[1]&0x7F)
	if err != nil {
		return f, err
	}
	if size > maxMessage {
		return f, errTooBig
	}
	var mask [4]byte
	if _, err := io.ReadFull(r, mask[:]); err != nil {
		return f, err
	}
	f.payload = make([]byte, size)
	_, err = io.ReadFull(r, f.payload)
	for i := range f.payload {
		f.payload[i] ^= mask[i%4]
	}
	return f, err
}

// allowed tells whether the opcode is known, and a control frame short and
// whole.
func (f frame) allowed(size byte) bool {
	if f.opcode >= opClose {
		return f.opcode <= opPong && f.final && size <= 125
	}
	return f.opcode <= opBinary
}

// readSize reads what follows the seven bits of a length.
func readSize(r *bufio.Reader, bits byte) (uint64, error) {
	var long [8]byte
	switch bits {
	case 126:
		_, err := io.ReadFull(r, long[6:])
		return binary.BigEndian.Uint64(long[:]), err
	case 127:
		_, err := io.ReadFull(r, long[:])
		return binary.BigEndian.Uint64(long[:]), err
	}
	return uint64(bits), nil
}

// bytes encodes f as a server sends it, unmasked.
func (f frame) bytes() []byte {
	b := []byte{f.opcode, 0}
	if f.final {
		b[0] |= 0x80
	}
	switch n := len(f.payload); {
	case n <= 125:
		b[1] = byte(n)
	case n <= 0xFFFF:
		b[1] = 126
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	default:
		b[1] = 127
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	return append(b, f.payload...)
}
