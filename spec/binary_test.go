package spec

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	semver "github.com/hashicorp/go-version"

	"github.com/deployrecipe/recipe/builtins/engine/sim"
	"github.com/deployrecipe/recipe/lang/diag"
)

// TestBinary tells the stories to the program that RECIPE names, whoever made it; without, to this one. The engine that it
// is given answers Docker's API and has nothing on it, so no Docker is needed; a story ends there before its first command
// that changes an engine.
func TestBinary(t *testing.T) {
	t.Parallel()
	binary, err := filepath.Abs(os.Getenv("RECIPE"))
	ours := os.Getenv("RECIPE") == ""
	if ours {
		binary = filepath.Join(t.TempDir(), "recipe")
		var out []byte
		out, err = exec.Command("go", "build", "-ldflags", "-X main.version="+version, "-o", binary, "../cmd/recipe").CombinedOutput()
		t.Logf("%s", out)
	}
	if err != nil {
		t.Fatal(err)
	}
	host, has := emptyEngine(t), versionOf(t, binary)
	for _, s := range append(stories(t, "conformance"), stories(t, "diagnostics")...) {
		t.Run(s.name(), func(t *testing.T) {
			t.Parallel()
			if _, err := semver.NewVersion(has); err != nil && slices.Contains(s.codes, string(diag.RequiresVersion)) {
				t.Skipf("%q is no version number, so that the program may use every recipe", has)
			}
			dir := t.TempDir()
			p := &program{t: t, path: binary, dir: dir, host: host, version: has, codes: map[string]bool{},
				env: append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "NO_COLOR=1", "DOCKER_HOST=" + host}, s.env...)}
			if ours && !s.whole(&player{}) { // else it is saved as it was told in memory
				defer s.save(t)
			}
			s.tell(t, dir, p)
			if s.whole(p) {
				s.check(t, p.codes)
			}
		})
	}
}

// program runs commands of a binary.
type program struct {
	t                        *testing.T
	path, dir, host, version string
	env                      []string
	// codes are those of all diagnostics given.
	codes map[string]bool
}

// can refuses what changes an engine.
func (p *program) can(program string, args []string) bool {
	return program == "cat" || program == "recipe" && slices.Contains([]string{"validate", "plan", "fmt", "status", "docs", "test"}, args[0])
}

var codePattern = regexp.MustCompile(`(?m)^\[([a-z-]+)\]$`)

func (p *program) run(program string, args []string) (string, int) {
	if program == "cat" {
		return p.read(args[0]), 0
	}
	var input string
	if i := slices.Index(args, "<"); i >= 0 {
		input, args = p.read(args[i+1]), args[:i]
	}
	cmd := exec.Command(p.path, args...)
	cmd.Dir, cmd.Env, cmd.Stdin = p.dir, p.env, strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		p.t.Fatal(err)
	}
	for _, m := range codePattern.FindAllSubmatch(out, -1) {
		p.codes[string(m[1])] = true
	}
	text := renamed(string(out), p.host, "tcp://ENGINE")
	return renamed(text, "version "+p.version, "version "+version), cmd.ProcessState.ExitCode()
}

// versionOf is the version that a program calls itself, the second word of what "recipe version" prints.
func versionOf(t *testing.T, binary string) string {
	out, err := exec.Command(binary, "version").Output()
	words := strings.Fields(string(out))
	if err != nil || len(words) < 2 {
		t.Fatalf("%s version: %q, %v", binary, out, err)
	}
	return words[1]
}

func (p *program) read(name string) string {
	text, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
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
