package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/load"
)

func TestTimeline(t *testing.T) {
	const want = `
How traffic moved from release 1 (-) to release 2 (#), 250 ms a line:

   0.00 s  ----------------------------------------    0%
       :
   0.75 s  ----------------------------------------    0%
   1.00 s  ####------------------------------------   11%
   1.50 s  #######################################-   99%
   1.75 s  ########################################  100%
   2.00 s  ########################################  100%

What release 1 answers last are slow requests that it had before: it is stopped after them.
`
	r := &load.Report{Width: 250 * time.Millisecond}
	for i, releases := range []map[string]int{
		{"1": 50}, {"1": 50}, {"1": 49}, {"1": 50}, {"1": 40, "2": 5}, {}, {"1": 1, "2": 999}, {"2": 50}, {"2": 50},
	} {
		r.Timeline = append(r.Timeline, load.Bucket{At: time.Duration(i) * r.Width, Releases: releases})
	}
	path := filepath.Join(t.TempDir(), "out")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	(&demo{screen: newScreen(out)}).timeline(r, "1", "2")
	got, err := os.ReadFile(path)
	if err != nil || strings.TrimSpace(string(got)) != strings.TrimSpace(want) {
		t.Errorf("got %v\n%s", err, got)
	}
}
