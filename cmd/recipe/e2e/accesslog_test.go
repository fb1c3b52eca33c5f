package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// The access log tells who had which request, a little after it ended, without its query, and can act on no terminal.
func TestAccessLog(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	a := standard()
	a.count = 1
	d.recipe(a)
	d.says(d.must(1, "logs", "--proxy"), "There is no edge")
	d.apply()
	d.serves("r1")
	if _, err := answer(d.port, "/no/such?token=secret"); err != nil && !strings.Contains(err.Error(), "404") {
		t.Fatal(err)
	}
	if _, err := answer(d.port, "/%1b%5b2J"); err != nil && !strings.Contains(err.Error(), "404") {
		t.Fatal(err)
	}
	var o outcome
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if o = d.must(0, "logs", "--proxy", "web"); strings.Contains(o.stdout, "2J") || time.Now().After(end) {
			break
		}
	}
	if !strings.Contains(o.stdout, "/no/such") || strings.Contains(o.stdout, "secret") || strings.Contains(o.stdout, "\x1b") || !strings.Contains(o.stdout, "web.http/1") {
		t.Errorf("the requests are told as\n%s", o)
	}
	o = d.must(0, "logs", "--proxy", "--json")
	seen := false
	for line := range strings.Lines(o.stdout) {
		var e struct {
			Type, Path, Service string
			Status              int
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Type != "request" {
			t.Errorf("%v: %s", err, line)
		}
		seen = seen || e.Path == "/no/such" && e.Service == "web.http" && e.Status > 0
	}
	if !seen {
		t.Errorf("no object tells of it\n%s", o)
	}
	d.says(d.must(1, "logs", "--proxy", "raw"), "stands on the engine under the address service.raw")
	for _, args := range [][]string{{"--since", "0s"}, {"--release", "00000000"}} {
		if o := d.must(0, append([]string{"logs", "--proxy"}, args...)...); o.stdout != "" {
			t.Errorf("%q shows\n%s", args, o)
		}
	}
	d.must(0, "destroy", "--auto-approve")
}
