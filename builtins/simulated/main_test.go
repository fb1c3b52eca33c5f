package simulated_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets garbage wait: thousands of worlds live for some milliseconds each, and looking after them took a
// quarter of the time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
