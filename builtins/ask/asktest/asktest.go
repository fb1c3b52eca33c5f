// Package asktest starts real databases and a real ZooKeeper for tests, of the packages that `make setup-services`
// installs: on ports of their own, as processes of the test, stopped and removed with it.
package asktest

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Require has a test fail, where it would be skipped for lack of a server.
const Require = "RECIPE_REQUIRE_SERVICES"

// startLimit is how long a server may take to answer, on a busy machine.
const startLimit = time.Minute

// missing ends a test that needs what is not installed.
func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv(Require) != "" {
		t.Fatalf("%s is not installed: run make setup-services", what)
	}
	t.Skipf("%s is not installed: run make setup-services, or set %s=1 to have this fail", what, Require)
}

// server is a process with a directory of its own.
type server struct {
	t    testing.TB
	dir  string
	as   *syscall.Credential // nil for whoever tests
	said output
	run  *exec.Cmd
	done chan struct{}
}

// newServer makes the directory; owner is who the process runs as where root tests, since PostgreSQL refuses root.
func newServer(t testing.TB, owner string) *server {
	t.Helper()
	dir, err := os.MkdirTemp("", "asktest")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, dir: dir}
	t.Cleanup(func() {
		s.stop()
		if t.Failed() {
			t.Logf("what it wrote last:\n%s", s.said.last())
		}
		os.RemoveAll(dir)
	})
	if os.Getuid() != 0 || owner == "" {
		return s
	}
	account, err := user.Lookup(owner)
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.Atoi(account.Uid)
	gid, _ := strconv.Atoi(account.Gid)
	s.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *server) path(name string) string { return filepath.Join(s.dir, name) }

func (s *server) write(name, text string) string {
	s.t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
	return s.path(name)
}

func (s *server) command(argv []string) *exec.Cmd {
	c := exec.Command(argv[0], argv[1:]...)
	c.Dir, c.Stdout, c.Stderr = s.dir, &s.said, &s.said
	c.Env = append(os.Environ(), "LC_ALL=C", "HOME="+s.dir)
	// A test that is killed stops nothing any more.
	c.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Setpgid: true, Pdeathsig: syscall.SIGKILL}
	return c
}

// do runs a command to its end.
func (s *server) do(argv ...string) {
	s.t.Helper()
	if err := s.command(argv).Run(); err != nil {
		s.t.Fatalf("%s: %v\n%s", argv[0], err, s.said.last())
	}
}

// start runs the server itself and waits until it answers.
func (s *server) start(answers func() error, argv ...string) {
	s.t.Helper()
	s.run, s.done = s.command(argv), make(chan struct{})
	if err := s.run.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func(run *exec.Cmd, done chan struct{}) { _ = run.Wait(); close(done) }(s.run, s.done)
	if answers == nil {
		return
	}
	for end := time.Now().Add(startLimit); ; {
		err := answers()
		if err == nil {
			return
		}
		select {
		case <-s.done:
			s.t.Fatalf("%s ended: %s", argv[0], s.said.last())
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(end) {
			s.t.Fatalf("%s does not answer: %v\n%s", argv[0], err, s.said.last())
		}
	}
}

// signal reaches the server and all that it started.
func (s *server) signal(signal syscall.Signal) {
	if s.run != nil {
		_ = syscall.Kill(-s.run.Process.Pid, signal)
	}
}

func (s *server) stop() {
	if s.run != nil {
		s.signal(syscall.SIGKILL)
		<-s.done
		s.run = nil
	}
}

// output keeps what a server writes.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) last() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := o.text.Bytes()
	return string(all[max(0, len(all)-4000):])
}

// Port is one that nobody listens on.
func Port(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// Silent is the address of somebody who accepts connections and never says a word.
func Silent(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			if _, err := l.Accept(); err != nil {
				return
			}
		}
	}()
	return l.Addr().String()
}

func url(scheme, user, password, host string, port int, name string) string {
	return fmt.Sprintf("%s://%s:%s@%s:%d/%s", scheme, user, password, host, port, name)
}
