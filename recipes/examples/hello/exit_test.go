package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// begun is a request whose answer has started.
type begun struct {
	resp *http.Response
	err  error
}

// inFlight asks for path and returns once the server has sent headers.
func inFlight(t *testing.T, s *server, path string) begun {
	t.Helper()
	resp, err := http.Get("http://" + s.http + path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return begun{resp: resp}
}

func TestGracefulExitFinishesWhatIsInFlight(t *testing.T) {
	s := startServer(t)
	streamed := inFlight(t, s, "/stream?ms=500&every=20")
	slow := make(chan begun)
	go func() {
		resp, err := http.Get("http://" + s.http + "/slow?ms=500")
		slow <- begun{resp, err}
	}()
	ws := dialWebSocket(t, s)
	ws.expectEcho("before")
	tcp, err := net.Dial("tcp", s.tcp)
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	fmt.Fprint(tcp, "before ")
	time.Sleep(100 * time.Millisecond) // so that /slow has arrived
	s.terminate()

	body, err := io.ReadAll(streamed.resp.Body)
	if err != nil || !strings.HasSuffix(string(body), "\nend\n") {
		t.Errorf("the stream was cut: %v, %q", err, body)
	}
	switch b := <-slow; {
	case b.err != nil:
		t.Errorf("the slow request was cut: %v", b.err)
	case !b.resp.Close:
		t.Error("the slow answer invites another request: no Connection: close")
	default:
		b.resp.Body.Close()
	}
	if conn, err := net.Dial("tcp", s.http); err == nil {
		conn.Close()
		t.Error("still takes connections after SIGTERM")
	}
	ws.expectEcho("after")
	ws.close()
	fmt.Fprint(tcp, "after")
	tcp.(*net.TCPConn).CloseWrite()
	if got, err := io.ReadAll(tcp); string(got) != "before after" || err != nil {
		t.Errorf("the TCP echo was cut: %q, %v", got, err)
	}
	if code := s.exitCode(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestGracefulExitCutsAtItsLimit(t *testing.T) {
	s := startServer(t, "STOP_TIMEOUT=200ms")
	endless := inFlight(t, s, "/stream?ms=0&every=20")
	ws := dialWebSocket(t, s)
	start := time.Now()
	s.terminate()
	if _, err := io.ReadAll(endless.resp.Body); err == nil {
		t.Error("the endless stream ended in good order, so that a client cannot tell the cut")
	}
	if took := time.Since(start); took < 200*time.Millisecond {
		t.Errorf("cut after %s", took)
	}
	if opcode, payload := ws.read(); opcode != opClose || string(payload) != string(closePayload(closeGoingAway)) {
		t.Errorf("the websocket got opcode %d, payload %q", opcode, payload)
	}
	if code := s.exitCode(); code != 1 {
		t.Errorf("exit code %d", code)
	}
}

func TestAbruptExitCutsAtOnce(t *testing.T) {
	s := startServer(t, "EXIT=abrupt")
	stream := inFlight(t, s, "/stream?ms=5000&every=20")
	start := time.Now()
	s.cmd.Process.Signal(syscall.SIGTERM)
	if _, err := io.ReadAll(stream.resp.Body); err == nil {
		t.Error("the stream ended in good order")
	}
	if code := s.exitCode(); code != 1 {
		t.Errorf("exit code %d", code)
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestStopWhileBooting(t *testing.T) {
	for exit, code := range map[string]int{"graceful": 0, "abrupt": 1} {
		s := start(t, nil, "BOOT=1m", "EXIT="+exit)
		s.expectLog("boots for 1m0s")
		s.cmd.Process.Signal(syscall.SIGTERM)
		if got := s.exitCode(); got != code {
			t.Errorf("%s: exit code %d, want %d", exit, got, code)
		}
	}
}
