package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// asServer makes the test binary be the server, so that signals and exit codes
// are those of a process of its own.
const asServer = "HELLO_TEST_AS_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) != "" {
		os.Exit(run(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// server is a running child.
type server struct {
	t         *testing.T
	cmd       *exec.Cmd
	http, tcp string // addresses
	log       *bufio.Reader
}

func command(args []string, env ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asServer+"=1", "RELEASE=r1", "PORT=0", "TCP_PORT=0")
	cmd.Env = append(cmd.Env, env...)
	return cmd
}

var listening = regexp.MustCompile(`(HTTP|TCP) on \S*:(\d+)`)

// start starts a child, and does not wait for it to do anything.
func start(t *testing.T, args []string, env ...string) *server {
	t.Helper()
	s := &server{t: t, cmd: command(args, env...)}
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.cmd.Process.Kill() })
	s.log = bufio.NewReader(stderr)
	return s
}

// startServer returns once the child listens.
func startServer(t *testing.T, env ...string) *server {
	t.Helper()
	s := start(t, nil, env...)
	for s.http == "" {
		switch m := listening.FindStringSubmatch(s.expectLog("")); {
		case m == nil:
		case m[1] == "HTTP":
			s.http = "127.0.0.1:" + m[2]
		default:
			s.tcp = "127.0.0.1:" + m[2]
		}
	}
	return s
}

// expectLog returns the next line of the log, which must hold want.
func (s *server) expectLog(want string) string {
	s.t.Helper()
	line, err := s.log.ReadString('\n')
	if err != nil || !strings.Contains(line, want) {
		s.t.Fatalf("the server said %q, %v; want %q", line, err, want)
	}
	return line
}

// terminate sends SIGTERM and waits until the child says that it has it.
func (s *server) terminate() {
	s.t.Helper()
	s.cmd.Process.Signal(syscall.SIGTERM)
	s.expectLog("told to stop")
}

// exitCode waits for the child to end.
func (s *server) exitCode() int {
	s.t.Helper()
	done := make(chan struct{})
	go func() {
		io.Copy(io.Discard, s.log)
		s.cmd.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		s.t.Fatal("the server did not exit in 10 s")
	}
	return s.cmd.ProcessState.ExitCode()
}

func (s *server) get(path string) (status int, body string) {
	s.t.Helper()
	resp, err := http.Get("http://" + s.http + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if got := resp.Header.Get("X-Release"); got != "r1" {
		s.t.Errorf("GET %s: X-Release is %q", path, got)
	}
	return resp.StatusCode, string(b)
}

func TestEndpoints(t *testing.T) {
	s := startServer(t)
	for _, c := range []struct {
		path   string
		status int
		want   string // within the body
	}{
		{"/", 200, "<code>r1</code>"},
		{"/up", 200, "ok r1\n"},
		{"/release", 200, "r1\n"},
		{"/headers", 200, "User-Agent: Go-http-client"},
		{"/slow?ms=1", 200, "slow r1\n"},
		{"/slow?ms=-1", 400, "whole number"},
		{"/stream?ms=30&every=10", 200, "0 r1\n1 r1\n"},
		{"/stream?ms=30&every=10", 200, "\nend\n"},
		{"/echo", 405, ""},
		{"/ws", 426, "version 13"},
		{"/none", 404, ""},
	} {
		status, body := s.get(c.path)
		if status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("GET %s: %d %q, want %d and %q", c.path, status, body, c.status, c.want)
		}
	}
	resp, err := http.Post("http://"+s.http+"/echo", "text/plain", strings.NewReader("said"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); string(body) != "said" {
		t.Errorf("POST /echo: %q", body)
	}
}

func TestFailing(t *testing.T) {
	s := startServer(t, "HEALTH=fail", "ERROR_RATE=0.5")
	if status, body := s.get("/up"); status != 500 || !strings.Contains(body, "HEALTH") {
		t.Errorf("GET /up: %d %q", status, body)
	}
	seen := map[int]int{}
	for range 100 {
		status, _ := s.get("/release")
		seen[status]++
	}
	if seen[200] < 20 || seen[500] < 20 {
		t.Errorf("half of the answers should be errors: %v", seen)
	}
}

func TestBootIsBeforeListening(t *testing.T) {
	start := time.Now()
	startServer(t, "BOOT=300ms")
	if took := time.Since(start); took < 300*time.Millisecond {
		t.Errorf("listens after %s", took)
	}
}

func TestTCPEcho(t *testing.T) {
	s := startServer(t)
	conn, err := net.Dial("tcp", s.tcp)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "said")
	conn.(*net.TCPConn).CloseWrite()
	if got, err := io.ReadAll(conn); string(got) != "said" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}
