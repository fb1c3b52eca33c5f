package main

import (
	"strings"
	"syscall"
	"testing"
)

func TestExitCodes(t *testing.T) {
	s := startServer(t, "HEALTH=fail")
	for _, c := range []struct {
		args string
		env  string
		code int
		want string
	}{
		{"health http://" + s.http + "/release", "", 0, ""},
		{"health http://" + s.http + "/up", "", 1, "500"},
		{"health http://127.0.0.1:1/", "", 1, "refused"},
		{"health", "", 2, "usage"},
		{"migrate", "MIGRATE=10ms", 0, "migrated"},
		{"migrate", "MIGRATE_EXIT=7", 7, "code 7"},
		{"serve", "BOOT=soon", 1, `BOOT is "soon"; it must be a duration`},
		{"serve", "EXIT=abrubt", 1, "graceful or abrupt"},
		{"serve", "ERROR_RATE=NaN", 1, "from 0 to 1"},
		{"serve", "PAGE=none.html", 1, "cannot read the page"},
	} {
		cmd := command(strings.Fields(c.args), c.env)
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != c.code || !strings.Contains(string(out), c.want) {
			t.Errorf("%s (%s): exit code %d, want %d; said %q, want %q", c.args, c.env, code, c.code, out, c.want)
		}
	}
}

func TestWorkerTicksUntilTold(t *testing.T) {
	s := start(t, []string{"worker"}, "TICK=20ms")
	s.expectLog("tick 1")
	s.expectLog("tick 2")
	s.cmd.Process.Signal(syscall.SIGTERM)
	if code := s.exitCode(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
