package main

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/cmd/internal/run"
)

func TestMeasured(t *testing.T) {
	used, err := measured(t.Context(), run.Command{Env: []string{"N=0.2"}}, "sh", "-c", "sleep $N; sleep 0.1")
	if err != nil {
		t.Fatal(err)
	}
	if used.Wall < 300*time.Millisecond || used.CPU > used.Wall {
		t.Errorf("%+v", used)
	}
	if runtime.GOOS == "linux" && (used.RSS < 1<<20 || used.RSS > 100<<20) {
		t.Errorf("a shell that takes %d bytes", used.RSS)
	}
}

func TestMeasuredFails(t *testing.T) {
	_, err := measured(t.Context(), run.Command{}, "sh", "-c", "echo why >&2; exit 3")
	if err == nil || !strings.Contains(err.Error(), "why") {
		t.Errorf("%v", err)
	}
}

func TestSamples(t *testing.T) {
	var s samples
	for i, ms := range []time.Duration{30, 10, 50, 20} {
		s = append(s, sample{cost: cost{Wall: ms * time.Millisecond, RSS: int64(i)}})
	}
	if s.median(wall) != 25*time.Millisecond || s.lowest(wall) != 10*time.Millisecond || s.cost().RSS != 3 {
		t.Errorf("%s %s %+v", s.median(wall), s.lowest(wall), s.cost())
	}
	if got := s[:3].median(wall); got != 30*time.Millisecond {
		t.Errorf("the median of three is %s", got)
	}
}

func TestRatioIsOfRounds(t *testing.T) {
	r := &results{}
	for _, ms := range [][2]time.Duration{{100, 100}, {220, 200}, {900, 750}} {
		r.Ours = append(r.Ours, sample{First: ms[0] * time.Millisecond})
		r.Floor = append(r.Floor, sample{First: ms[1] * time.Millisecond})
	}
	if got := r.ratio(first); got != "1.10 (1.00)" {
		t.Error(got)
	}
}
