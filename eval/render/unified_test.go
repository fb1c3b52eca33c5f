package render

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnified(t *testing.T) {
	tests := []struct{ name, before, after, want string }{
		{"equal", "a\n", "a\n", ""},
		{"one line", "a\nb\nc\n", "a\nB\nc\n", "--- f\n+++ f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"},
		{"from nothing", "", "a\n", "--- f\n+++ f\n@@ -0,0 +1,1 @@\n+a\n"},
		{"to nothing", "a\n", "", "--- f\n+++ f\n@@ -1,1 +0,0 @@\n-a\n"},
		{"no line end", "a", "a\n", "--- f\n+++ f\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n"},
		{"tabs stay", "\ta\n", "  a\n", "--- f\n+++ f\n@@ -1,1 +1,1 @@\n-\ta\n+  a\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got strings.Builder
			if err := Unified(&got, "f", "f", tt.before, tt.after, Options{}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got.String()); diff != "" {
				t.Error(diff)
			}
			patched(t, tt.before, tt.after, got.String())
		})
	}
}

// patched holds that patch makes the second text of the first, where it is installed.
func patched(t *testing.T, before, after, diff string) {
	program, err := exec.LookPath("patch")
	if err != nil || diff == "" || after == "" {
		return
	}
	name := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(name, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, name)
	cmd.Stdin = strings.NewReader(diff)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got, _ := os.ReadFile(name); string(got) != after {
		t.Errorf("patched to %q, want %q", got, after)
	}
}

// For a terminal nothing of the texts acts on it.
func TestUnifiedForATerminal(t *testing.T) {
	var got strings.Builder
	if err := Unified(&got, "f", "f", "", "\x1b[2Ja\n", Options{Width: 80}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(got.String(), "\x1b") {
		t.Errorf("%q", got.String())
	}
}
