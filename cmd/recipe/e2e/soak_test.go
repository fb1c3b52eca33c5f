package e2e

import (
	"flag"
	"fmt"
	"testing"
)

var soakSwitches = flag.Int("soak", 2, "how many switchovers in a row the soak plays")

// batch is how many switchovers have the same clients, and what the machine has is compared after each.
const batch = 25

// Switchovers in a row, each with an image of its own, lose nothing under load and leave nothing behind: when they are over
// as much stands, runs and lies on disk as before them.
func TestSoak(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	a := app{count: 2, drain: "3s", retain: 1}
	next := 0
	release := func() {
		a.release, a.page = fmt.Sprint("r", next), fmt.Sprint("page ", next)
		d.recipe(a)
		o := d.apply()
		if d.serves(a.release); t.Failed() {
			t.Fatal(o)
		}
		next++
	}
	for range 3 { // from then on each release has one to remove
		release()
	}
	before, attempted := d.footprint(), 0
	for left := *soakSwitches; left > 0; {
		w := d.watch(d.traffic(60))
		for i := 0; i < batch && left > 0; i++ {
			if release(); w.lost() > 0 {
				t.Fatalf("release %s lost requests\n%s", a.release, w.clients.Snapshot())
			}
			left--
		}
		attempted += w.nothingLost().Total.Attempted
		after := d.footprint()
		t.Logf("%d switchovers to go, %d operations; before %+v, now %+v", left, attempted, before, after)
		if what := after.beyond(before); what != "" {
			t.Fatalf("more than before: %s", what)
		}
	}
	d.tidy(2, 1)
}

// footprint is what a recipe and its edge take of a machine.
type footprint struct {
	Objects []string // but for the names of containers and images, which differ
	Images  int
	Workers int   // of HAProxy
	Files   int   // that HAProxy has open, sockets included
	Memory  int64 // of HAProxy, resident, in bytes
	Disk    int64 // of the edge's files and the record, in bytes
}

// beyond tells of what f has more than it may have, compared with what was before. A client more or less has a connection
// open, the history is a line longer.
func (f footprint) beyond(before footprint) string {
	switch {
	case len(f.Objects) > len(before.Objects):
		return fmt.Sprintf("objects %q, before %q", f.Objects, before.Objects)
	case f.Images > before.Images:
		return fmt.Sprintf("%d images, before %d", f.Images, before.Images)
	case f.Workers > 1:
		return fmt.Sprintf("%d workers", f.Workers)
	case f.Files > before.Files+64:
		return fmt.Sprintf("%d open files, before %d", f.Files, before.Files)
	case f.Memory > before.Memory+before.Memory/4+8<<20:
		return fmt.Sprintf("%d bytes of memory, before %d", f.Memory, before.Memory)
	case f.Disk > before.Disk+256<<10:
		return fmt.Sprintf("%d bytes on disk, before %d", f.Disk, before.Disk)
	}
	return ""
}
