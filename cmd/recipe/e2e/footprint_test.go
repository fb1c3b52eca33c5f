package e2e

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/builtins/label"
)

// footprint measures what the recipe and its edge take now. It waits for workers of HAProxy that a reload has replaced.
func (d *deploy) footprint() (f footprint) {
	d.Helper()
	f.Objects = d.objects()
	images, err := d.engine.Images(d.Context(), map[string]string{label.Recipe: d.name})
	if err != nil {
		d.Fatal(err)
	}
	f.Images = len(images)
	f.Disk = d.size(d.edge, helper.EdgeDir)
	for name, c := range d.containers() {
		if c.Labels[label.Role] == helper.RoleRecord {
			f.Disk += d.size(name, helper.RecordDir)
		}
	}
	edge, err := d.engine.Container(d.Context(), d.edge)
	if err != nil {
		d.Fatal(err)
	}
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		f.Workers, f.Files, f.Memory = haproxies(edge.ID)
		if f.Workers <= 1 || time.Now().After(end) {
			return f
		}
	}
}

// size sums up the files below a path of a container, sockets apart.
func (d *deploy) size(container, path string) (sum int64) {
	d.Helper()
	archive, err := d.engine.ReadArchive(d.Context(), container, path)
	if err != nil {
		d.Fatal(err)
	}
	defer archive.Close()
	for r := tar.NewReader(archive); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return sum
		}
		if err != nil {
			d.Fatal(err)
		}
		sum += header.Size
	}
}

// haproxies looks at the processes of a container on this machine: how many there are beside the first one, and what all
// of them have open and in memory. Where the machine shows none of it, as another user's, that is nothing.
func haproxies(container string) (workers, files int, memory int64) {
	groups, _ := filepath.Glob("/proc/[0-9]*/cgroup") // the pattern is well-formed
	for _, group := range groups {
		text, err := os.ReadFile(group)
		if err != nil || !strings.Contains(string(text), container) {
			continue
		}
		process := filepath.Dir(group)
		if name, _ := os.ReadFile(process + "/comm"); strings.TrimSpace(string(name)) != "haproxy" {
			continue
		}
		workers++
		open, _ := os.ReadDir(process + "/fd")
		files += len(open)
		var size, resident int64
		statm, _ := os.ReadFile(process + "/statm")
		if _, err := fmt.Sscan(string(statm), &size, &resident); err == nil {
			memory += resident * int64(os.Getpagesize())
		}
	}
	return workers - 1, files, memory
}
