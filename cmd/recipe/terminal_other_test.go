//go:build !linux

package main_test

import (
	"os"
	"testing"
)

func newTerminal(t *testing.T) (keyboard, terminal *os.File) {
	t.Skip("needs a pseudo-terminal, as Linux has them")
	return nil, nil
}
