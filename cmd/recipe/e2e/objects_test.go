package e2e

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/enginetest"
	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/builtins/label"
)

// clear removes whatever the engine has of the recipe and of its edge.
func (d *deploy) clear() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	report := func(err error) {
		if err != nil {
			d.Errorf("clearing away: %v", err)
		}
	}
	for _, mine := range []map[string]string{{label.Recipe: d.name}, {label.Edge: d.edge}} {
		containers, err := d.engine.Containers(ctx, mine)
		report(err)
		for _, c := range containers {
			report(d.engine.RemoveContainer(ctx, c.ID))
		}
		networks, err := d.engine.Networks(ctx, mine)
		report(err)
		for _, n := range networks {
			report(d.engine.RemoveNetwork(ctx, n.Name))
		}
		volumes, err := d.engine.Volumes(ctx, mine)
		report(err)
		for _, v := range volumes {
			report(d.engine.RemoveVolume(ctx, v.Name))
		}
		images, err := d.engine.Images(ctx, mine)
		report(err)
		for _, i := range images {
			for _, ref := range append(slices.Clone(i.Tags), i.ID) {
				report(d.engine.RemoveImage(ctx, ref))
			}
		}
	}
}

// containers are those of the recipe, by name: the app's, and where there is one the lock.
func (d *deploy) containers() map[string]engine.Container {
	d.Helper()
	list, err := d.engine.Containers(d.Context(), map[string]string{label.Recipe: d.name})
	if err != nil {
		d.Fatal(err)
	}
	found := map[string]engine.Container{}
	for _, c := range list {
		whole, err := d.engine.Container(d.Context(), c.ID)
		if err != nil {
			d.Fatal(err)
		}
		found[c.Name] = whole
	}
	return found
}

// running are the containers of a service that run, by name.
func (d *deploy) running(service string) map[string]engine.Container {
	d.Helper()
	found := d.containers()
	for name, c := range found {
		if c.State != engine.Running || c.Labels[label.Addr] != "service."+service {
			delete(found, name)
		}
	}
	return found
}

// objects are the names of all that the engine has of the recipe, images apart: those of running containers,
// of other ones, networks and volumes.
func (d *deploy) objects() []string {
	d.Helper()
	var names []string
	for name, c := range d.containers() {
		names = append(names, string(c.State)+" "+name)
	}
	mine := map[string]string{label.Recipe: d.name}
	networks, err := d.engine.Networks(d.Context(), mine)
	if err != nil {
		d.Fatal(err)
	}
	for _, n := range networks {
		names = append(names, "network "+n.Name)
	}
	volumes, err := d.engine.Volumes(d.Context(), mine)
	if err != nil {
		d.Fatal(err)
	}
	for _, v := range volumes {
		names = append(names, "volume "+v.Name)
	}
	slices.Sort(names)
	return names
}

// tidy checks that the recipe has count running containers of one release, at most retain earlier releases, all
// stopped, and nothing else.
func (d *deploy) tidy(count, retain int) {
	d.Helper()
	releases := map[string][]string{}
	running := map[string]int{}
	for name, c := range d.containers() {
		if c.Labels[label.Role] == helper.RoleRecord { // it never runs
			continue
		}
		release := c.Labels[label.Release]
		releases[release] = append(releases[release], name)
		switch {
		case release == "":
			d.Errorf("container %s is left over, %s", name, c.State)
		case c.State == engine.Running:
			running[release]++
			if c.Restart != "unless-stopped" {
				d.Errorf("%s serves with the restart policy %q", name, c.Restart)
			}
		case c.State != engine.Exited:
			d.Errorf("%s is %s", name, c.State)
		case c.Restart != "no":
			d.Errorf("%s is stopped with the restart policy %q, which starts it again with the engine", name, c.Restart)
		}
	}
	if len(running) != 1 {
		d.Errorf("containers run of %d releases: %v", len(running), releases)
	}
	for release, n := range running {
		if n != count {
			d.Errorf("%d containers of %s run, not %d", n, release, count)
		}
	}
	if len(releases) > 1+retain {
		d.Errorf("%d releases are there, of which %d are to be kept: %v", len(releases), retain, releases)
	}
	for _, name := range d.objects() {
		if strings.HasPrefix(name, "volume ") && name != "volume "+d.name+"-record" && name != "volume "+d.name+"-data" {
			d.Errorf("%s is left over", name)
		}
	}
}

// noEdge checks that nothing of the edge is left.
func (d *deploy) noEdge() {
	d.Helper()
	containers, err := d.engine.Containers(d.Context(), map[string]string{label.Edge: d.edge})
	if err != nil {
		d.Fatal(err)
	}
	volumes, err := d.engine.Volumes(d.Context(), map[string]string{label.Edge: d.edge})
	if err != nil {
		d.Fatal(err)
	}
	if len(containers)+len(volumes) > 0 {
		d.Errorf("of the edge %d containers and %d volumes are left over", len(containers), len(volumes))
	}
}

// edgeFile puts a file into the edge's directory, behind the back of whoever else writes there.
func (d *deploy) edgeFile(name, text string) {
	d.Helper()
	archive := enginetest.Tar(d.T, map[string]string{name: text})
	if err := d.engine.WriteArchive(context.Background(), d.edge, helper.EdgeDir, bytes.NewReader(archive)); err != nil {
		d.Fatal(err)
	}
}
