package restart

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine/docker"
)

// machine is a machine with an engine of its own, seen from outside. What it has on its disk is in dir.
type machine struct {
	testing.TB
	dir, dockerd string

	first   *exec.Cmd // its first process, nil while the machine is off
	orders  io.WriteCloser
	answers *bufio.Reader
}

// newMachine makes a machine that is off. It is scrapped with the test.
func newMachine(t testing.TB) *machine {
	t.Helper()
	dockerd := needs(t)
	dir, err := os.MkdirTemp("", "recipe-machine-")
	if err != nil {
		t.Fatal(err)
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		t.Fatal(err)
	}
	m := &machine{TB: t, dir: dir, dockerd: dockerd}
	t.Cleanup(func() {
		if t.Failed() {
			m.Logf("the engine's last words:\n%s", m.log())
		}
		m.cut()
		if err := clear(dir); err != nil {
			t.Errorf("clearing away: %v", err)
		}
	})
	if err := os.Mkdir(filepath.Join(dir, "etc"), 0o755); err != nil {
		t.Fatal(err)
	}
	return m
}

// needs finds dockerd, or ends a test that cannot do without it.
func needs(t testing.TB) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root, to run an engine of its own")
	}
	for _, name := range []string{"dockerd", "/usr/sbin/dockerd", "/usr/local/sbin/dockerd"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	lacks(t, "needs dockerd, which is not installed here")
	return ""
}

// lacks skips a test, unless the machine is said to have what is needed.
func lacks(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("RECIPE_REQUIRE_ENGINE") != "" {
		t.Fatalf("RECIPE_REQUIRE_ENGINE is set: %s", what)
	}
	t.Skip(what)
}

// on turns the machine on and starts its engine; it returns as soon as that answers.
func (m *machine) on() {
	m.Helper()
	m.first = exec.Command("/proc/self/exe")
	m.first.Env = append(os.Environ(), inside+"="+m.dir, "DOCKER_HOST=", "PATH="+os.Getenv("PATH")+":/usr/local/sbin:/usr/sbin:/sbin")
	m.first.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET, Setsid: true}
	m.first.Stderr = os.Stderr
	orders, err := m.first.StdinPipe()
	if err != nil {
		m.Fatal(err)
	}
	answers, err := m.first.StdoutPipe()
	if err != nil {
		m.Fatal(err)
	}
	m.orders, m.answers = orders, bufio.NewReader(answers)
	if err := m.first.Start(); err != nil {
		m.first = nil
		if errors.Is(err, os.ErrPermission) {
			lacks(m, "needs to make namespaces, which root may not do here")
		}
		m.Fatal(err)
	}
	m.answer()
	m.engineOn()
}

// cut takes the machine's power.
func (m *machine) cut() {
	if m.first != nil {
		_ = m.first.Process.Kill()
		_ = m.first.Wait()
		m.first = nil
	}
}

// off shuts the machine down in order: the engine ends its containers, and then everything ends.
func (m *machine) off() {
	m.Helper()
	m.order("stop")
	m.cut()
}

// engineOn starts the engine of a machine that is on.
func (m *machine) engineOn() {
	m.Helper()
	m.order("start", m.dockerd, "--host", m.host(), "--data-root", filepath.Join(m.dir, "data"),
		"--exec-opt", "native.cgroupdriver=cgroupfs", "--cgroup-parent", "/"+group(m.dir))
	m.eventually("the engine answers", 2*time.Minute, func() error {
		ctx, cancel := context.WithTimeout(m.Context(), 5*time.Second)
		defer cancel()
		e, err := docker.Open(ctx, docker.Options{Host: m.host()})
		if err == nil {
			_, err = e.Info(ctx)
			_ = e.Close()
		}
		return err
	})
}

func (m *machine) host() string { return "unix://" + filepath.Join(m.dir, "docker.sock") }

// order has the machine do something, and returns its answer.
func (m *machine) order(words ...string) string {
	m.Helper()
	if _, err := fmt.Fprintln(m.orders, strings.Join(words, " ")); err != nil {
		m.Fatalf("the machine is gone: %v", err)
	}
	return m.answer()
}

func (m *machine) answer() string {
	m.Helper()
	line, err := m.answers.ReadString('\n')
	if err != nil {
		m.Fatalf("the machine does not answer: %v", err)
	}
	text, ok := strings.CutPrefix(strings.TrimSpace(line), "ok")
	if !ok {
		m.Fatalf("the machine says: %s", line)
	}
	return strings.TrimSpace(text)
}

// eventually waits until something holds, and returns how long that took.
func (m *machine) eventually(what string, limit time.Duration, holds func() error) time.Duration {
	m.Helper()
	began := time.Now()
	for {
		err := holds()
		if err == nil {
			return time.Since(began)
		}
		if time.Since(began) > limit {
			m.Fatalf("not within %s: %s: %v", limit, what, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// log is the end of what the engine wrote.
func (m *machine) log() string {
	text, err := os.ReadFile(filepath.Join(m.dir, "engine.log"))
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-40):], "\n")
}
