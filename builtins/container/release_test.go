package container_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/job"
	"github.com/deployrecipe/recipe/builtins/service"
	"github.com/deployrecipe/recipe/lang/schema"
)

// changes holds, for every argument, a spec that differs from the empty one, or from what is named after the
// bar, in that argument alone. "*" stands for the argument's path.
var changes = map[string]string{
	"image":       `{"image":"b"}`,
	"command":     `{"command":["a"]}`,
	"entrypoint":  `{"entrypoint":["a"]}`,
	"env":         `{"env":{"A":"a"}}`,
	"networks":    `{"networks":[{"ref":"network.a"}]}`,
	"user":        `{"user":"a"}`,
	"workdir":     `{"workdir":"/a"}`,
	"hostname":    `{"hostname":"a"}`,
	"labels":      `{"labels":{"a":"b"}}`,
	"init":        `{"init":true}`,
	"read_only":   `{"read_only":true}`,
	"tmpfs":       `{"tmpfs":["/a"]}`,
	"ulimits":     `{"ulimits":{"nofile":1}}`,
	"cap_add":     `{"cap_add":["A"]}`,
	"cap_drop":    `{"cap_drop":["A"]}`,
	"devices":     `{"devices":["/dev/a"]}`,
	"extra_hosts": `{"extra_hosts":{"a":"10.0.0.1"}}`,
	"dns":         `{"dns":["10.0.0.1"]}`,
	"logging":     `{"logging":{"driver":"local"}}`,
	"shm_size":    `{"shm_size":1}`,
	"platform":    `{"platform":"linux/arm64"}`,
	"count":       `{"count":2}`,
	"restart":     `{"restart":"always"}`,
	"timeout":     `{"timeout":"1m0s"}`,

	"mount.volume":    `{"mount":{"/a":{"volume":{"ref":"volume.a"}}}}|{"mount":{"/a":{}}}`,
	"mount.source":    `{"mount":{"/a":{"source":"/b"}}}|{"mount":{"/a":{}}}`,
	"mount.read_only": `{"mount":{"/a":{"read_only":true}}}|{"mount":{"/a":{}}}`,
	"mount.exclusive": `{"mount":{"/a":{"exclusive":true}}}|{"mount":{"/a":{}}}`,
	"file.content":    `{"file":{"/a":{"content":"b"}}}|{"file":{"/a":{}}}`,
	"file.mode":       `{"file":{"/a":{"mode":"0400"}}}|{"file":{"/a":{}}}`,
	"file.user":       `{"file":{"/a":{"user":1}}}|{"file":{"/a":{}}}`,
	"file.group":      `{"file":{"/a":{"group":1}}}|{"file":{"/a":{}}}`,
	"limits.memory":   `{"limits":{"memory":1}}`,
	"limits.cpus":     `{"limits":{"cpus":1}}`,
	"limits.pids":     `{"limits":{"pids":1}}`,
	"stop.signal":     `{"stop":{"signal":"SIGINT","timeout":"1s"}}|{"stop":{"timeout":"1s"}}`,
	"stop.timeout":    `{"stop":{"timeout":"2s"}}|{"stop":{"timeout":"1s"}}`,
	"expose.port":     `{"expose":{"a":{"port":2}}}|{"expose":{"a":{"port":1}}}`,
	"expose.publish":  `{"expose":{"a":{"port":1,"publish":"1"}}}|{"expose":{"a":{"port":1}}}`,

	"health.http":          `{"health":{"http":{"port":1}}}`,
	"health.tcp":           `{"health":{"tcp":{"port":1}}}`,
	"health.exec":          `{"health":{"exec":["a"]}}`,
	"health.interval":      `{"health":{"tcp":{"port":1},"interval":"2s"}}|{"health":{"tcp":{"port":1}}}`,
	"health.timeout":       `{"health":{"tcp":{"port":1},"timeout":"2s"}}|{"health":{"tcp":{"port":1}}}`,
	"health.retries":       `{"health":{"tcp":{"port":1},"retries":2}}|{"health":{"tcp":{"port":1}}}`,
	"health.start_timeout": `{"health":{"exec":["a"],"start_timeout":"2s"}}|{"health":{"exec":["a"]}}`,
}

func digest(t *testing.T, spec string) string {
	t.Helper()
	s, err := container.Parse(json.RawMessage(spec))
	if err != nil {
		t.Fatal(err)
	}
	return s.Release("content of " + s.Image.Name)
}

// The schema tells people what makes a new release; the digest does.
func TestReleaseIsAsTheSchemaSays(t *testing.T) {
	args := map[string]schema.Change{}
	for _, block := range []*schema.Block{service.Kind{}.Schema(), job.Kind{}.Schema()} {
		for _, arg := range block.Args {
			args[arg.Name] = arg.Change
		}
		for _, nested := range block.Blocks {
			for _, arg := range nested.Args {
				args[nested.Name+"."+arg.Name] = arg.Change
			}
		}
	}
	untested := maps.Clone(changes)
	for path, change := range args {
		with, without, differs := strings.Cut(changes[path], "|")
		if with == "" {
			t.Errorf("%s has no case here", path)
			continue
		}
		delete(untested, path)
		if !differs {
			without = "{}"
		}
		released := digest(t, with) != digest(t, without)
		if released != (change == schema.Replace) {
			t.Errorf("%s makes a new release: %v, but the schema says %v of it", path, released, change)
		}
	}
	for path := range untested {
		t.Errorf("no block has the argument %s", path)
	}
}

// What the schema says holds but where the engine itself needs the argument to make the container.
func TestReleaseOfWhatTheEngineKeeps(t *testing.T) {
	for with, without := range map[string]string{
		`{"health":{"exec":["a"],"interval":"2s"}}`:       `{"health":{"exec":["a"],"interval":"1s"}}`,
		`{"expose":{"a":{"port":2,"publish":"1"}}}`:       `{"expose":{"a":{"port":1,"publish":"1"}}}`,
		`{"env":{"A":{"secret":"env.A","version":2}}}`:    `{"env":{"A":{"secret":"env.A","version":1}}}`,
		`{"image":{"ref":"image.a"},"command":["serve"]}`: `{"image":{"ref":"image.a"}}`,
	} {
		if digest(t, with) == digest(t, without) {
			t.Errorf("%s and %s are one release", with, without)
		}
	}
	if digest(t, `{"image":{"ref":"image.a"}}`) != digest(t, `{"image":{"ref":"image.b"}}`) {
		t.Error("the name of an image counts, not its content alone")
	}
}
