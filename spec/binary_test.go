package spec

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/engine/sim"
)

// TestBinary tells the stories to the program that RECIPE names, whoever made it. The engine that it is given answers
// Docker's API and has nothing on it, so no Docker is needed; a story ends there before its first command that
// changes an engine.
func TestBinary(t *testing.T) {
	t.Parallel()
	binary := os.Getenv("RECIPE")
	if binary == "" {
		t.Skip("RECIPE names no program to hold against the specification")
	}
	binary, err := filepath.Abs(binary)
	if err != nil {
		t.Fatal(err)
	}
	host := emptyEngine(t)
	for _, s := range append(stories(t, "conformance"), stories(t, "diagnostics")...) {
		t.Run(s.name(), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s.tell(t, dir, &program{t: t, path: binary, dir: dir,
				env: append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "NO_COLOR=1", "DOCKER_HOST=" + host}, s.env...)})
		})
	}
}

// program runs commands of a binary.
type program struct {
	t         *testing.T
	path, dir string
	env       []string
}

// can refuses what changes an engine.
func (p *program) can(program string, args []string) bool {
	return program == "recipe" && slices.Contains([]string{"validate", "plan"}, args[0])
}

func (p *program) run(_ string, args []string) (string, int) {
	cmd := exec.Command(p.path, args...)
	cmd.Dir, cmd.Env = p.dir, p.env
	out, err := cmd.CombinedOutput()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		p.t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// emptyEngine serves what planning asks an engine over Docker's API, for an engine with nothing on it and a registry
// that has every image, as the simulator's. It returns its address.
func emptyEngine(t *testing.T) string {
	played := sim.New()
	played.Stocked = true
	answer := func(w http.ResponseWriter, code int, value any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(value)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v"), "/")
		ref, ofRegistry := strings.CutPrefix(path, "distribution/")
		switch {
		case r.URL.Path == "/_ping":
			w.Header().Set("Api-Version", "1.51")
		case path == "info":
			about := played.About
			answer(w, 200, map[string]any{"ID": about.ID, "Name": about.Name, "ServerVersion": about.Version, "OSType": about.OS,
				"Architecture": about.Arch, "MemTotal": about.Memory, "NCPU": about.CPUs, "Driver": about.StoreDriver})
		case path == "networks":
			answer(w, 200, []map[string]any{{"Name": "bridge", "Id": "bridge", "Driver": "bridge",
				"IPAM": map[string]any{"Config": []map[string]string{{"Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1"}}}}})
		case path == "volumes":
			answer(w, 200, map[string]any{"Volumes": []string{}})
		case path == "containers/json", path == "images/json":
			answer(w, 200, []string{})
		case ofRegistry:
			digest, err := played.RemoteDigest(r.Context(), strings.TrimSuffix(ref, "/json"))
			if err != nil {
				answer(w, 404, map[string]string{"message": err.Error()})
				return
			}
			answer(w, 200, map[string]any{"Descriptor": map[string]any{"digest": digest, "size": 1}, "Platforms": []string{}})
		default:
			answer(w, 404, map[string]string{"message": "No such object: " + path})
		}
	}))
	t.Cleanup(server.Close)
	return strings.Replace(server.URL, "http", "tcp", 1)
}
