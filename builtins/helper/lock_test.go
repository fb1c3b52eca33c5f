package helper_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/docker"
	"github.com/deployrecipe/recipe/builtins/engine/enginetest"
	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/builtins/helper/helpertest"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/state"
)

func TestLockHasOneHolder(t *testing.T) {
	t.Parallel()
	e, ctx := enginetest.Docker(t), deadline(t)
	o := helpertest.Options(t, e, helpertest.Recipe(t, e), "")
	first := helpertest.Open(t, e, o) // brings the image

	var held *helper.HeldError
	if _, err := helper.Open(ctx, e, o); !errors.As(err, &held) || held.By != o.Who {
		t.Errorf("a second session: %v", err)
	} else if !strings.Contains(err.Error(), "is locked by "+o.Who+" since ") {
		t.Errorf("the error says: %v", err)
	}
	if err := first.Close(ctx); err != nil {
		t.Fatal(err)
	}

	o.Wait = time.Minute
	var inside, waited atomic.Int32
	o.Waiting = func(*helper.HeldError) { waited.Add(1) }
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			s, err := helper.Open(ctx, e, o)
			if err != nil {
				t.Error(err)
				return
			}
			if n := inside.Add(1); n != 1 {
				t.Errorf("%d have the lock", n)
			}
			if err := s.Alive(); err != nil {
				t.Error(err)
			}
			inside.Add(-1)
			if err := s.Close(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	began := time.Now()
	all.Wait()
	t.Logf("10 sessions in line took %v; %d had to wait", time.Since(began), waited.Load())
}

func TestLockIsWaitedForInVain(t *testing.T) {
	t.Parallel()
	e, ctx := enginetest.Docker(t), deadline(t)
	o := helpertest.Options(t, e, helpertest.Recipe(t, e), "")
	helpertest.Open(t, e, o)
	o.Wait = 300 * time.Millisecond
	began := time.Now()
	var held *helper.HeldError
	if _, err := helper.Open(ctx, e, o); !errors.As(err, &held) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(began); took < o.Wait {
		t.Errorf("gave up after %v", took)
	}
	short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	o.Wait = time.Minute
	if _, err := helper.Open(short, e, o); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("cancelled while waiting: %v", err)
	}
}

// ownerEnv has the test binary be the process that is killed.
const ownerEnv = "RECIPE_TEST_LOCK_OWNER"

func TestLockOwner(t *testing.T) {
	name, binary, ok := strings.Cut(os.Getenv(ownerEnv), "=")
	if !ok {
		t.Skip("part of TestLockIsFreeWhenItsOwnerIsKilled")
	}
	e, err := docker.Open(context.Background(), docker.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := helper.Open(context.Background(), e, helper.Options{
		Recipe: state.Recipe{Name: name, Origin: "test"}, Binary: binary, Command: []string{},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Ready(context.Background()); err != nil {
		t.Fatal(err)
	}
	os.Stdout.WriteString("locked\n")
	select {}
}

func TestLockIsFreeWhenItsOwnerIsKilled(t *testing.T) {
	t.Parallel()
	e, ctx := enginetest.Docker(t), deadline(t)
	o := helpertest.Options(t, e, helpertest.Recipe(t, e), "")
	owner := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestLockOwner$", "-test.v")
	owner.Env = append(os.Environ(), ownerEnv+"="+o.Recipe.Name+"="+o.Binary)
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	said := ""
	for buffer := make([]byte, 4096); !strings.Contains(said, "locked\n"); {
		n, err := out.Read(buffer)
		said += string(buffer[:n])
		if err != nil {
			t.Fatalf("%v: %s", err, said)
		}
	}
	began := time.Now()
	if err := owner.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	o.Wait = time.Minute // it is there within a fifth of a second, if the machine has the time
	s := helpertest.Open(t, e, o)
	t.Logf("the next one had the lock after %v", time.Since(began))
	_ = owner.Wait()
	if err := s.Alive(); err != nil {
		t.Error(err)
	}
}

// The next one in line waits until it is sure that the holder is dead, without being told to wait for living ones.
func TestLockThatNeverStartedIsBroken(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		age  time.Duration
		from time.Duration // when it is broken, at the earliest
	}{
		{"young", 0, 10 * time.Second},
		{"old", 15 * time.Second, time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e, ctx := enginetest.Docker(t), deadline(t)
			o := helpertest.Options(t, e, helpertest.Recipe(t, e), "")
			if err := helpertest.Open(t, e, o).Close(ctx); err != nil {
				t.Fatal(err)
			}
			image, err := helper.Image(o.Binary)
			if err != nil {
				t.Fatal(err)
			}
			dead, err := e.CreateContainer(ctx, engine.ContainerSpec{
				Name: helper.LockName(o.Recipe.Name), Image: image,
				Labels: map[string]string{label.Recipe: o.Recipe.Name, label.Role: helper.RoleLock, "recipe.by": "dead@host"},
			})
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(test.age)
			began := time.Now()
			helpertest.Open(t, e, o)
			if took := time.Since(began); took < test.from {
				t.Errorf("broken after %v, before %v", took, test.from)
			}
			if _, err := e.Container(ctx, dead); !errors.Is(err, engine.ErrNotFound) {
				t.Errorf("the dead lock: %v", err)
			}
		})
	}
}

func TestUnlock(t *testing.T) {
	t.Parallel()
	e, ctx := enginetest.Docker(t), deadline(t)
	o := helpertest.Options(t, e, helpertest.Recipe(t, e), "")
	s := helpertest.Open(t, e, o)
	if err := s.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	held, err := helper.Unlock(ctx, e, o.Recipe.Name)
	if err != nil || held == nil || held.By != o.Who {
		t.Fatalf("unlock: %v, %v", held, err)
	}
	for end := time.Now().Add(20 * time.Second); s.Alive() == nil && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if err := s.Alive(); !errors.Is(err, helper.ErrLockLost) {
		t.Errorf("the holder finds: %v", err)
	}
	if err := s.Ping(ctx); !errors.Is(err, helper.ErrLockLost) {
		t.Errorf("a call finds: %v", err)
	}
	if held, err := helper.Unlock(ctx, e, o.Recipe.Name); held != nil || err != nil {
		t.Errorf("unlocking twice: %v, %v", held, err)
	}
}
