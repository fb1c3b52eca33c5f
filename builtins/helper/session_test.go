package helper_test

import (
	"context"
	"errors"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/enginetest"
	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/builtins/helper/helpertest"
)

func deadline(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func TestSession(t *testing.T) {
	t.Parallel()
	e, ctx := enginetest.Docker(t), deadline(t)
	recipe, edge := helpertest.Recipe(t, e), helpertest.Edge(t, e)
	o := helpertest.Options(t, e, recipe, edge)

	began := time.Now()
	s := helpertest.Open(t, e, o)
	locked := time.Since(began)
	if err := s.Alive(); err != nil {
		t.Errorf("while it starts: %v", err)
	}
	if err := s.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	t.Logf("locked after %v, ready after %v", locked, time.Since(began))
	began = time.Now()
	const pings = 100
	for range pings {
		if err := s.Ping(ctx); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("a call takes %v", time.Since(began)/pings)

	began = time.Now()
	if err := s.WriteFiles(ctx, helper.EdgeDir, []helper.File{{Path: "cfg/a.cfg", Data: []byte("a")}, {Path: "maps/m", Data: []byte("m")}}); err != nil {
		t.Fatal(err)
	}
	t.Logf("writing two files takes %v", time.Since(began))
	files, err := s.ReadFiles(ctx, helper.EdgeDir, "cfg", "maps/m", "none")
	if err != nil || len(files) != 2 || string(files["cfg/a.cfg"]) != "a" || string(files["maps/m"]) != "m" {
		t.Errorf("read %q, %v", files, err)
	}
	if err := s.WriteFiles(ctx, helper.EdgeDir, nil, "cfg", "maps"); err != nil {
		t.Fatal(err)
	}
	if err := s.RecordKept(ctx); err != nil {
		t.Error(err)
	}

	began = time.Now()
	if err := s.Close(ctx); err != nil {
		t.Fatal(err)
	}
	t.Logf("closing takes %v", time.Since(began))
	if err := s.Alive(); !errors.Is(err, helper.ErrLockLost) {
		t.Errorf("after Close: %v", err)
	}
	if _, err := e.Container(ctx, helper.LockName(recipe.Name)); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("the lock after Close: %v", err)
	}
	volumes, err := e.Volumes(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range volumes {
		if v.Name == edge {
			t.Error("an empty volume was left where there is no edge")
		}
	}
}

func TestSessionSeesTheMachine(t *testing.T) {
	t.Parallel()
	e, ctx := enginetest.Docker(t), deadline(t)
	s := helpertest.Open(t, e, helpertest.Options(t, e, helpertest.Recipe(t, e), ""))
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	address := listener.Addr().(*net.TCPAddr).AddrPort()
	machine, err := s.Machine(ctx)
	if err != nil || machine.MaxFiles < 64 {
		t.Fatal(machine, err)
	}
	found := false
	for _, l := range machine.Listeners {
		found = found || l == address
	}
	if !found {
		t.Errorf("%s is not among the listeners %v", address, machine.Listeners)
	}
	got, err := s.Probe(ctx, helper.Probe{Address: address.String(), Interval: 10 * time.Millisecond, Timeout: time.Second})
	if err != nil || !got.Passed || got.Attempts != 1 {
		t.Errorf("probe: %+v, %v", got, err)
	}
	short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	closed := net.JoinHostPort("127.0.0.1", strconv.Itoa(1))
	got, err = s.Probe(short, helper.Probe{Address: closed, Interval: 10 * time.Millisecond, Timeout: time.Second})
	if err != nil || got.Passed || got.Attempts < 2 || got.Err != "connection refused" {
		t.Errorf("cancelled probe: %+v, %v", got, err)
	}
}
