package stage

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// Dir makes an empty directory that is the same in every run. A recipe is known by its name and by where it
// comes from, so that only from the same place a run can clear away what an interrupted one has left.
func Dir(name string) (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		base = os.TempDir()
	}
	dir := filepath.Join(base, name)
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, 0o755)
}

// Leftovers lists the containers, networks and volumes whose names begin with prefix.
func Leftovers(ctx context.Context, r engine.Reader, prefix string) ([]string, error) {
	containers, err := r.Containers(ctx, nil)
	if err != nil {
		return nil, err
	}
	networks, err := r.Networks(ctx, nil)
	if err != nil {
		return nil, err
	}
	volumes, err := r.Volumes(ctx, nil)
	if err != nil {
		return nil, err
	}
	var found []string
	add := func(kind, name string) {
		if strings.HasPrefix(name, prefix) {
			found = append(found, kind+" "+name)
		}
	}
	for _, c := range containers {
		add("container", c.Name)
	}
	for _, n := range networks {
		add("network", n.Name)
	}
	for _, v := range volumes {
		add("volume", v.Name)
	}
	return found, nil
}
