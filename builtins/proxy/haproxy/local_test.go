package haproxy

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWriteFiles(t *testing.T) {
	l := &Local{Dir: t.TempDir()}
	if err := l.WriteFiles(t.Context(), map[string][]byte{"cfg/a.cfg": []byte("1"), "maps/m.map": []byte("2")}, nil); err != nil {
		t.Fatal(err)
	}
	if err := l.WriteFiles(t.Context(), map[string][]byte{"cfg/a.cfg": []byte("3")}, []string{"maps/m.map", "maps/none.map"}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(l.Dir, "cfg", ".new-1"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	files, err := l.ReadFiles(t.Context())
	if diff := cmp.Diff(map[string][]byte{"cfg/a.cfg": []byte("3")}, files); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	for _, name := range []string{"../x", "/etc/x", "cfg/../../x"} {
		if err := l.WriteFiles(t.Context(), map[string][]byte{name: nil}, nil); err == nil {
			t.Errorf("%s was written", name)
		}
		if err := l.WriteFiles(t.Context(), nil, []string{name}); err == nil {
			t.Errorf("%s was removed", name)
		}
	}
}

func TestLockExcludes(t *testing.T) {
	l := &Local{Dir: t.TempDir()}
	unlock, err := l.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := l.Lock(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second lock: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	again, err := l.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again()
}

func TestListeners(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	all, err := (&Local{}).Listeners(t.Context())
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip("no /proc/net here")
	}
	if want := netip.MustParseAddrPort(l.Addr().String()); err != nil || !slices.Contains(all, want) {
		t.Errorf("%v is not in %v, %v", want, all, err)
	}
}

func TestParseProcesses(t *testing.T) {
	got, err := parseProcesses(`#<PID>          <type>          <reloads>       <uptime>        <version>
7966            master          9 [failed: 1]   0d00h02m41s     2.6.12-1+deb12u4
# workers
11048           worker          1               0d00h00m21s     2.6.12-1+deb12u4
# old workers
9067            worker          3               0d00h00m33s     2.6.12-1+deb12u4
# programs

`)
	if err != nil || got.current() != 11048 || got.failed != 1 || got.master.reloads != 9 || len(got.workers) != 2 || !got.workers[1].old {
		t.Errorf("%+v, %v", got, err)
	}
	for _, text := range []string{"", "#<PID>", "Unknown command"} {
		if _, err := parseProcesses(text); !errors.Is(err, errMoved) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestBatches(t *testing.T) {
	long := string(make([]byte, lineLimit*2/3))
	want := []string{"show info;a;" + long, "show info;" + long + ";b"}
	if diff := cmp.Diff(want, batches("show info", []string{"a", long, long, "b"})); diff != "" {
		t.Error(diff)
	}
	if got := batches("", nil); got != nil {
		t.Errorf("no commands: %q", got)
	}
	if diff := cmp.Diff([]string{"show info"}, batches("show info", nil)); diff != "" {
		t.Error(diff)
	}
}
