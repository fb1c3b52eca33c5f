//go:build !linux

package main

import "time"

// begun is when the program did.
var begun = time.Now()

// spent is the time that passed, where that of the processor cannot be asked for in the same way.
func spent() time.Duration { return time.Since(begun) }
