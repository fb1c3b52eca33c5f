package main_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// At a terminal lines can be edited, completed and given up, and come back in a later run.
func TestConsoleAtATerminal(t *testing.T) {
	t.Parallel()
	recipe, dir := build(t, "recipe", "."), t.TempDir()
	need(t, os.WriteFile(filepath.Join(dir, "recipe.hcl"), []byte(`recipe { name = "shop" }
variable "release" { default = "dev" }
variable "password" {
  default   = "hunter2"
  sensitive = true
}
`), 0o600))
	run := func(dialogue ...[2]string) {
		t.Helper()
		keyboard, terminal := newTerminal(t)
		cmd := exec.Command(recipe, "console")
		cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = dir, terminal, terminal, terminal
		cmd.Env = []string{"HOME=" + dir, "TERM=xterm", "NO_COLOR=1"}
		need(t, cmd.Start())
		screen := watch(keyboard)
		for _, d := range dialogue {
			_, err := io.WriteString(keyboard, d[0])
			need(t, err)
			if !screen.shows(d[1]) {
				t.Errorf("after %q there is no %q on:\n%s", d[0], d[1], screen.text())
			}
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v", err)
		}
		if strings.Contains(screen.text(), "hunter2") {
			t.Error("the password was shown")
		}
	}
	run([][2]string{
		{"", "> "},
		{"1 + 1\r", "2\r\n"},
		{"var.rel\t\r", `"dev"`},
		{"var.password\r", "(sensitive value)"},
		{"[1,\r", "| "},
		{"40 + 2]\r", "42,"},
		{"no.such\r", "Unknown reference"},
		{"x = 1\r", "Nothing can be assigned"},
		{"upper(\x03", "^C"},
		{"upper(\"ba\x7fc\")\r", `"BC"`},
		{"\x04", ""},
	}...)
	run([][2]string{{"", "> "}, {"\x1b[A\r", `"BC"`}, {"exit\r", ""}}...)
}

// screen is what a terminal was sent.
type screen struct {
	mu   sync.Mutex
	all  strings.Builder
	seen int
}

func watch(terminal io.Reader) *screen {
	s := &screen{}
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := terminal.Read(buf)
			s.mu.Lock()
			s.all.Write(buf[:n])
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return s
}

func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.String()
}

// shows waits until a text is shown after those waited for before.
func (s *screen) shows(text string) bool {
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		all := s.text()
		if i := strings.Index(all[s.seen:], text); i >= 0 {
			s.seen += i + len(text)
			return true
		}
	}
	return false
}
