package main

import (
	"syscall"
	"time"
)

// spent is the processor time that this program has used. Other work on the machine disturbs it less than the time
// that passes.
func spent() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
