package simulated_test

import (
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/simulated"
)

// TestVirtually holds that an hour passes at once, that time begins now, and that a panic comes through.
func TestVirtually(t *testing.T) {
	t.Parallel()
	before := time.Now()
	var began, ended time.Time
	simulated.Virtually(func() {
		began = time.Now()
		done := make(chan bool)
		go func() { time.Sleep(time.Hour); close(done) }()
		<-done
		ended = time.Now()
	})
	if began.Before(before) || began.Sub(before) > time.Minute || ended.Sub(began) != time.Hour {
		t.Errorf("an hour lasted from %v to %v, begun at %v", began, ended, before)
	}
	defer func() {
		if got := recover(); got != "oh" {
			t.Errorf("of a panic came %v", got)
		}
	}()
	simulated.Virtually(func() { panic("oh") })
}
