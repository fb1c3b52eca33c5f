package enginetest

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/docker"
)

// Lacks skips a test that needs something which is not there. With RECIPE_REQUIRE_ENGINE set it fails instead, so
// that a build that should have it cannot pass without.
func Lacks(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("RECIPE_REQUIRE_ENGINE") != "" {
		t.Fatalf("RECIPE_REQUIRE_ENGINE is set, and this needs %s", what)
	}
	t.Skipf("needs %s", what)
}

// Docker opens the engine of the environment, or skips the test where there is none; see Lacks.
func Docker(t testing.TB) *docker.Engine {
	t.Helper()
	return DockerWith(t, docker.Options{})
}

// DockerWith is Docker with options of the test's own.
func DockerWith(t testing.TB, options docker.Options) *docker.Engine {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	e, err := docker.Open(ctx, options)
	if err != nil {
		Lacks(t, fmt.Sprintf("a Docker engine: %v", err))
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// Program builds the program of directory app and imports it as an image that goes away with the test. It
// returns the image's reference.
func Program(t testing.TB, e engine.Engine) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	info, err := e.Info(ctx)
	if err != nil {
		t.Fatal(err)
	}
	ref := Unique() + ":latest"
	config := engine.ImageConfig{
		Entrypoint: []string{"/app"}, Command: []string{"serve"}, Arch: info.Arch,
		Env: []string{`QUOTED=a "b" $c \d`}, ExposedPorts: []string{"8080/tcp"}, Workdir: "/data",
		Labels: map[string]string{Label: ref},
	}
	if err := e.ImportRoot(ctx, ref, bytes.NewReader(root(t, info.Arch)), config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := e.RemoveImage(ctx, ref); err != nil {
			t.Errorf("cleaning up: %v", err)
		}
	})
	return ref
}

// root is a root file system with the program and two empty directories.
func root(t testing.TB, arch string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "app")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", path,
		"github.com/deployrecipe/recipe/builtins/engine/enginetest/app")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the test program: %v\n%s", err, output)
	}
	program, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return Tar(t, map[string]string{"app": string(program), "data/": "", "tmp/": ""})
}

// Tar makes an archive of files by name; a name that ends in a slash is a directory. Everything may be run.
func Tar(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for name, text := range files {
		header := &tar.Header{Name: name, Mode: 0o755, Size: int64(len(text)), Typeflag: tar.TypeReg}
		if name[len(name)-1] == '/' {
			header.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return archive.Bytes()
}
