package world

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/proxy/haproxy"
)

// InForceDir is where, beside the edge's files, an apply keeps what it saw in force, a file for each recipe. The edge
// has it and not the recipe's record, whose loss must change no plan.
const InForceDir = "inforce"

// The edge's files are text; one of a megabyte would be 10,000 servers.
const maxEdgeFile = 16 << 20

// readEdge reads the edge's files out of its container, without a helper and whether or not it runs.
func readEdge(ctx context.Context, r engine.Reader, name string) (Edge, error) {
	if name == "" {
		return Edge{}, nil
	}
	c, err := r.Container(ctx, name)
	if errors.Is(err, engine.ErrNotFound) {
		return Edge{}, nil
	}
	if err != nil {
		return Edge{}, fmt.Errorf("looking for the edge: %w", err)
	}
	if c.Labels[label.Role] != helper.RoleEdge {
		return Edge{}, fmt.Errorf("container %s has the name of the edge and is not it: remove it, or name the edge otherwise with RECIPE_EDGE", name)
	}
	edge := Edge{Exists: true, Running: c.State == engine.Running, Container: c}
	local := false
	if here(c) {
		root := filepath.Join("/proc", strconv.Itoa(c.PID), "root", helper.EdgeDir)
		edge.Files, local = readHere(root, "cfg", "maps", InForceDir)
	}
	if !local {
		edge.Files, err = edgeFiles(ctx, r, c.ID)
	}
	if errors.Is(err, engine.ErrNotFound) { // removed since
		return Edge{}, nil
	}
	if err != nil {
		return Edge{}, fmt.Errorf("reading the files of edge %s: %w", name, err)
	}
	edge.InForce = map[string]InForce{}
	for name, text := range edge.Files {
		if folder, recipe := path.Split(name); folder == InForceDir+"/" {
			var kept InForce
			if json.Unmarshal(text, &kept) == nil {
				edge.InForce[recipe] = kept
			}
			delete(edge.Files, name)
		}
	}
	config, err := haproxy.Parse(edge.Files)
	edge.Sites, edge.Problem = config.Sites, err
	return edge, nil
}

// edgeFiles reads cfg, maps and what was in force below the edge's directory, each by itself: beside them are keys, which
// are nobody's to read who plans. A directory that is not there has no files.
func edgeFiles(ctx context.Context, r engine.Reader, container string) (map[string][]byte, error) {
	folders := []string{"cfg", "maps", InForceDir}
	read := make([]map[string][]byte, len(folders))
	var group errgroup.Group
	for i, folder := range folders {
		group.Go(func() (err error) {
			if read[i], err = readFolder(ctx, r, container, folder); errors.Is(err, engine.ErrNotFound) {
				return nil
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	files, found := map[string][]byte{}, false
	for _, folder := range read {
		found = found || folder != nil
		maps.Copy(files, folder)
	}
	if !found {
		if _, err := r.Container(ctx, container); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// readFolder reads a folder's files.
func readFolder(ctx context.Context, r engine.Reader, container, folder string) (map[string][]byte, error) {
	archive, err := r.ReadArchive(ctx, container, helper.EdgeDir+"/"+folder)
	if err != nil {
		return nil, err
	}
	defer archive.Close()
	files := map[string][]byte{}
	for entries := tar.NewReader(archive); ; {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		name := path.Clean(header.Name)
		at, file := path.Split(name)
		if header.Typeflag != tar.TypeReg || at != folder+"/" || strings.HasPrefix(file, ".") {
			continue
		}
		if files[name], err = io.ReadAll(io.LimitReader(entries, maxEdgeFile)); err != nil {
			return nil, err
		}
	}
}
