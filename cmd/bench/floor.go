package main

import (
	"archive/tar"
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/cmd/internal/run"
	"github.com/deployrecipe/recipe/cmd/internal/stage"
)

//go:embed floor.sh
var floorScript []byte

//go:embed floor.cfg
var floorConfig []byte

// floorName begins the names of the floor's containers; it is their label and their network's name, too.
const floorName = prefix + "-floor"

// floor deploys by floor.sh.
type floor struct {
	script string // its path
	port   int
	env    []string
}

// newFloor starts the floor's HAProxy, which serves nothing yet.
func (b *bench) newFloor(ctx context.Context) (*floor, error) {
	port, err := stage.FreePort(27000)
	if err != nil {
		return nil, err
	}
	admin, err := stage.FreePort(port + 1)
	if err != nil {
		return nil, err
	}
	f := &floor{script: filepath.Join(b.dir, "floor.sh"), port: port}
	f.env = []string{
		"IMAGE=" + appImage, "NETWORK=" + floorName, "PREFIX=" + floorName, "ADMIN=" + strconv.Itoa(admin),
		"INTERVAL=" + seconds(interval), "DRAIN=" + seconds(drain),
		"BOOT=" + boot.String(), "STOP_TIMEOUT=" + stopTimeout.String(),
	}
	if err := os.WriteFile(f.script, floorScript, 0o755); err != nil {
		return nil, err
	}
	if _, err := b.engine.CreateNetwork(ctx, engine.NetworkSpec{Name: floorName}); err != nil {
		return nil, err
	}
	return f, b.startFloorProxy(ctx, port, admin)
}

func (b *bench) startFloorProxy(ctx context.Context, port, admin int) error {
	id, err := b.engine.CreateContainer(ctx, engine.ContainerSpec{
		Name: floorName + "-edge", Image: b.proxy, NetworkMode: "host", Labels: map[string]string{floorName: ""},
		Command: []string{"haproxy", "-W", "-db", "-f", "/tmp/floor.cfg"},
		Env:     []string{fmt.Sprintf("PORT=%d", port), fmt.Sprintf("ADMIN=%d", admin)},
	})
	if err != nil {
		return err
	}
	var files bytes.Buffer
	w := tar.NewWriter(&files)
	err = w.WriteHeader(&tar.Header{Name: "floor.cfg", Mode: 0o644, Size: int64(len(floorConfig))})
	_, writing := w.Write(floorConfig)
	if err := errors.Join(err, writing, w.Close()); err != nil {
		return err
	}
	if err := b.engine.WriteArchive(ctx, id, "/tmp", &files); err != nil {
		return err
	}
	return b.engine.StartContainer(ctx, id)
}

func (f *floor) listen() int { return f.port }

func (f *floor) release(n int) string { return fmt.Sprintf("floor-%d", n) }

func (f *floor) deploy(ctx context.Context, n int) (cost, error) {
	return measured(ctx, run.Command{Env: f.env}, "bash", f.script, strconv.Itoa(n))
}

// clearFloor removes the floor's containers and network.
func (b *bench) clearFloor(ctx context.Context) error {
	containers, err := b.engine.Containers(ctx, map[string]string{floorName: ""})
	if err != nil {
		return err
	}
	for _, c := range containers {
		err = errors.Join(err, b.engine.RemoveContainer(ctx, c.ID))
	}
	return errors.Join(err, b.engine.RemoveNetwork(ctx, floorName))
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }
