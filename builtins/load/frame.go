package load

import (
	"bufio"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
)

// The opcodes that are used here: RFC 6455, section 5.2.
const (
	opText  = 0x1
	opClose = 0x8
)

// maxFrame is the longest payload of a frame whose length is one byte: longer
// ones are never sent, so longer echoes are wrong.
const maxFrame = 125

// clientFrame encodes a whole message, masked as a client must.
func clientFrame(opcode byte, payload []byte) []byte {
	if len(payload) > maxFrame {
		panic("unreachable: messages are short")
	}
	var mask [4]byte
	rand.Read(mask[:])
	b := append([]byte{0x80 | opcode, 0x80 | byte(len(payload))}, mask[:]...)
	for i, p := range payload {
		b = append(b, p^mask[i%4])
	}
	return b
}

// readFrame reads a frame of a server, which must be whole, short and
// unmasked.
func readFrame(r *bufio.Reader) (opcode byte, payload []byte, err error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	if head[0]&0xF0 != 0x80 || head[1] > maxFrame {
		return 0, nil, fmt.Errorf("a frame that begins with %#04x is no echo", binary.BigEndian.Uint16(head[:]))
	}
	payload = make([]byte, head[1])
	if _, err := io.ReadFull(r, payload); err != nil {
		return 0, nil, err
	}
	return head[0] & 0x0F, payload, nil
}
