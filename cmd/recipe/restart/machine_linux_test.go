package restart

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
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
	boots   int
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

// needs finds dockerd, or ends the test that cannot do without.
func needs(t testing.TB) string {
	t.Helper()
	missing := func(why string) {
		if os.Getenv("RECIPE_REQUIRE_ENGINE") != "" {
			t.Fatalf("RECIPE_REQUIRE_ENGINE is set: %s", why)
		}
		t.Skip(why)
	}
	if os.Getuid() != 0 {
		missing("needs root, to run an engine of its own")
	}
	path := ""
	for _, name := range []string{"dockerd", "/usr/sbin/dockerd", "/usr/local/sbin/dockerd"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		missing("needs dockerd, which is not installed here")
	}
	return path
}

// on turns the machine on and starts its engine; it returns as soon as that answers.
func (m *machine) on() {
	m.Helper()
	m.boots++
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
		m.Fatalf("a machine of its own: %v", err)
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
	m.eventually("the engine answers", time.Minute, func() error {
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

// process is one of the machine's, by the numbers that it has there.
type process struct {
	pid, parent int
	name        string
}

func (m *machine) processes() []process {
	m.Helper()
	var list []process
	for _, text := range strings.Fields(m.order("processes")) {
		parts := strings.SplitN(text, ":", 3)
		pid, _ := strconv.Atoi(parts[0])
		parent, _ := strconv.Atoi(parts[1])
		list = append(list, process{pid, parent, parts[2]})
	}
	return list
}

// kill kills the machine's processes that are chosen, the first one of the list first.
func (m *machine) kill(chosen ...process) {
	m.Helper()
	words := []string{"kill"}
	for _, p := range chosen {
		words = append(words, strconv.Itoa(p.pid))
	}
	m.order(words...)
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
