package service

import (
	"fmt"
	"strings"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/switchover"
)

// summary is the rest of a service's line in a plan; updated is how many containers change without a new process.
func summary(b *base, m switchover.Member, updated int, waits bool) string {
	var parts []string
	switch {
	case b.serving == "":
		parts = append(parts, "release "+b.release)
	case m.Changed:
		parts = append(parts, fmt.Sprintf("release %s, was %s", b.release, b.serving))
	default:
		parts = append(parts, "release "+b.release)
	}
	started := 0
	for _, n := range m.New {
		if !n.Running {
			started++
		}
	}
	if started > 0 {
		parts = append(parts, count(started, "container")+" to start")
	}
	if updated > 0 {
		parts = append(parts, count(updated, "container")+" to update in place")
	}
	if len(m.Surplus) > 0 {
		parts = append(parts, count(len(m.Surplus), "replica")+" fewer")
	}
	if len(m.Standing) > 0 {
		parts = append(parts, fmt.Sprintf("release %s stands by", m.Standing[0].Release))
	}
	if n := len(m.Old); n > 0 {
		then := ""
		if waits {
			then = " when it is promoted"
		}
		parts = append(parts, fmt.Sprintf("%d to stop%s", n, then))
	}
	if n := len(m.Prune); n > 0 {
		parts = append(parts, fmt.Sprintf("%d kept no longer", n))
	}
	return strings.Join(parts, ", ")
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// forces tells whether a change of the argument at path makes a new release (see container.Spec.Release).
func forces(spec *container.Spec, path string) bool {
	first, rest, _ := strings.Cut(path, ".")
	switch first {
	case "count", "limits", "restart", "depends_on":
		return false
	case "health": // the engine's own check is a part of the container
		exec := spec.Health != nil && spec.Health.Exec != nil
		return strings.HasPrefix(rest, "exec") || exec && rest != "start_timeout"
	case "expose": // and so is a port of the machine
		name, argument, _ := strings.Cut(rest, ".")
		return argument == "publish" || spec.Expose[name].Publish != ""
	}
	return true
}
