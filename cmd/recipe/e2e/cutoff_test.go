package e2e

import (
	"io"
	"math"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
)

// An engine that drops the line midway, wherever that is, gives an error and no plan, rather than a part of one that
// looks whole.
func TestEngineThatDropsTheLine(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	d.recipe(standard())
	d.apply()
	d.recipe(standard().at("r2"))
	want := d.must(0, "plan").stdout
	line := newCutLine(d)
	d.env = append(d.env, "DOCKER_HOST="+line.host)
	line.left.Store(math.MaxInt64)
	if got := d.must(0, "plan").stdout; got != want {
		t.Errorf("through the line it plans\n%s\ninstead of\n%s", got, want)
	}
	all := math.MaxInt64 - line.left.Load()
	const cuts = 16
	refused := 0
	for i := range int64(cuts) {
		line.left.Store(all * i / cuts)
		o := d.run("plan", "--out", "x.plan")
		_, err := os.Stat(filepath.Join(d.dir, "x.plan"))
		switch {
		case o.code == 1 && o.stdout == "" && os.IsNotExist(err) && o.stderr != "":
			refused++
		case o.code != 0 || o.stdout != want:
			t.Errorf("after %d of %d bytes: %s", all*i/cuts, all, o)
		}
		_ = os.Remove(filepath.Join(d.dir, "x.plan"))
	}
	if refused < cuts-2 { // what came last may not have mattered
		t.Errorf("only %d of %d plans were refused", refused, cuts)
	}
}

// cutLine leads to the engine, and is dead once so many bytes came back.
type cutLine struct {
	host string
	left atomic.Int64
}

func newCutLine(d *deploy) *cutLine {
	at, err := url.Parse(d.engine.Host())
	if err != nil {
		d.Fatal(err)
	}
	network, address := "tcp", at.Host
	if at.Scheme == "unix" {
		network, address = "unix", at.Path
	} else if at.Scheme != "tcp" {
		d.Skipf("no line leads to an engine at %s", d.engine.Host())
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() { _ = listener.Close() })
	line := &cutLine{host: "tcp://" + listener.Addr().String()}
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial(network, address)
			if err != nil {
				_ = from.Close()
				continue
			}
			go func() { _, _ = io.Copy(to, from); _ = to.Close() }()
			go line.answer(from, to)
		}
	}()
	return line
}

// answer passes on what the engine says, as long as that may be.
func (l *cutLine) answer(client, engine net.Conn) {
	defer client.Close()
	defer engine.Close()
	buffer := make([]byte, 4096)
	for {
		n, err := engine.Read(buffer)
		left := l.left.Add(-int64(n)) + int64(n)
		if _, bad := client.Write(buffer[:max(0, min(int64(n), left))]); err != nil || bad != nil || left <= int64(n) {
			return
		}
	}
}
