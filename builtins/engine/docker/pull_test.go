package docker_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/image"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/docker"
	"github.com/deployrecipe/recipe/builtins/engine/enginetest"
)

// registry runs a registry of the test's own, which knows one user.
func registry(t *testing.T) string {
	t.Helper()
	binary, err := exec.LookPath("docker-registry")
	if err != nil {
		enginetest.Lacks(t, "docker-registry, to pull from")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	dir := t.TempDir()
	// The password is "secret", as htpasswd -B writes it.
	write(t, filepath.Join(dir, "users"), "user:$2b$10$90yKOCEDw9Cn765kKpbAZOfoB8XmdlMkpklSJCaqrLO7PCGZrkCwW\n")
	config := filepath.Join(dir, "config.yml")
	write(t, config, fmt.Sprintf("version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\n"+
		"http: {addr: %s, secret: x}\nauth: {htpasswd: {realm: test, path: %s}}\n",
		filepath.Join(dir, "data"), address, filepath.Join(dir, "users")))
	serve := exec.Command(binary, "serve", config)
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = serve.Process.Kill()
		_ = serve.Wait()
	})
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if answer, err := http.Get("http://" + address + "/v2/"); err == nil {
			answer.Body.Close()
			return address
		} else if time.Now().After(deadline) {
			t.Fatalf("the registry does not answer: %v", err)
		}
	}
}

func TestPull(t *testing.T) {
	address := registry(t)
	config := t.TempDir()
	e := enginetest.DockerWith(t, docker.Options{ConfigDir: config})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ref := address + "/" + enginetest.Unique() + ":one"
	pushed := push(ctx, t, e, ref)
	if _, err := e.Pull(ctx, ref, "", nil); err == nil || !strings.Contains(err.Error(), "no basic auth") {
		t.Errorf("without a login: %v", err)
	}
	auth := base64.StdEncoding.EncodeToString([]byte("user:secret"))
	write(t, filepath.Join(config, "config.json"), `{"auths":{"`+address+`":{"auth":"`+auth+`"}}}`)
	e = enginetest.DockerWith(t, docker.Options{ConfigDir: config}) // credentials are read once
	lines := 0
	pulled, err := e.Pull(ctx, ref, "", func(engine.Progress) { lines++ })
	if err != nil || pulled.ID != pushed.ID || lines == 0 {
		t.Errorf("pulled %+v with %d lines of progress, %v; want %s", pulled, lines, err, pushed.ID)
	}
	digest, err := e.RemoteDigest(ctx, ref)
	if err != nil || len(pushed.Digests) != 1 || !strings.HasSuffix(pushed.Digests[0], "@"+digest) {
		t.Errorf("remote digest is %s, %v; want that of %q", digest, err, pushed.Digests)
	}
	if _, err := e.Pull(ctx, strings.Replace(ref, ":one", ":two", 1), "", nil); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("a missing tag gives %v, want ErrNotFound", err)
	}
	if _, err := e.RemoteDigest(ctx, strings.Replace(ref, ":one", ":two", 1)); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("the digest of a missing tag gives %v, want ErrNotFound", err)
	}
}

// push brings an image to the registry, leaves none on the engine, and returns what it was.
func push(ctx context.Context, t *testing.T, e *docker.Engine, ref string) engine.Image {
	t.Helper()
	root := strings.NewReader(string(enginetest.Tar(t, map[string]string{"file": "text"})))
	if err := e.ImportRoot(ctx, ref, root, engine.ImageConfig{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.RemoveImage(context.Background(), ref) })

	login := base64.StdEncoding.EncodeToString([]byte(`{"username":"user","password":"secret"}`))
	progress, err := e.Client().ImagePush(ctx, ref, image.PushOptions{RegistryAuth: login})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, progress)
	progress.Close()
	pushed, err := e.Image(ctx, ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.RemoveImage(ctx, ref); err != nil {
		t.Fatal(err)
	}
	return pushed
}
