package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lock takes the lock on a file, or fails where another process has it. Closing the file gives it back.
func lock(name string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another process runs with the data of %s: %w", name, err), file.Close())
	}
	return file, nil
}
