package recipes_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestAlone copies each example that has a Go app out of the checkout, where it builds and passes its own tests: people
// begin with such a copy.
func TestAlone(t *testing.T) {
	t.Parallel()
	modules, err := filepath.Glob("examples/*/go.mod")
	if err != nil || len(modules) < 2 {
		t.Fatal(modules, err)
	}
	for _, module := range modules {
		from := filepath.Dir(module)
		t.Run(filepath.Base(from), func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "copy")
			if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"vet", "."}, {"test", "-count=1", "."}} {
				cmd := exec.Command("go", args...)
				cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("go %v: %v\n%s", args, err, out)
				}
			}
		})
	}
}
