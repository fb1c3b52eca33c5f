package main

import (
	"io"
	"os"
	"testing"
)

// Ctrl-C ends what is being evaluated, and the run after that only.
func TestInterruptedEvaluation(t *testing.T) {
	s := listen(io.Discard)
	defer s.stop()
	ctx, done := s.only()
	s.in <- os.Interrupt
	<-ctx.Done()
	if s.interrupted() || s.ctx.Err() != nil {
		t.Error("the run ends")
	}
	done()
	s.in <- os.Interrupt
	<-s.ctx.Done()
}
