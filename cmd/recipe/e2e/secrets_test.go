package e2e

import (
	"archive/tar"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/helper"
)

// Secrets reach the container and nothing else: no output, no label, no record, no file of the edge. A new value
// makes a new release, the same one does not.
func TestSecrets(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	values := map[string]string{"env": "sentinel-of-the-environment", "file": "sentinel-of-the-file", "command": "sentinel-of-the-command", "var": "sentinel-of-the-variable"}
	set := func() {
		d.env = []string{"E2E_SECRET=" + values["env"], "RECIPE_VAR_key=" + values["var"]}
		d.write("secret.txt", values["file"])
		d.write("command.txt", values["command"])
	}
	set()
	a := standard()
	a.service = `
  file "/etc/app/config.toml" {
    content = "token = \"${secret.of_file}\"\n"
    mode    = "0400"
    user    = 7
    group   = 8
  }
  file "/etc/app/plain.txt" { content = "plain" }
`
	a.edit = func(text string) string {
		return strings.Replace(text, "  env = {\n", `  env = {
    OF_ENV     = secret.of_env
    OF_COMMAND = "x-${secret.of_command}-y"
    OF_VAR     = var.key
    LENGTH     = nonsensitive(length(secret.of_env))
`, 1)
	}
	a.more = `
secret "of_env" { env = "E2E_SECRET" }
secret "of_file" { file = "secret.txt" }
secret "of_command" { command = ["cat", "command.txt"] }
variable "key" { sensitive = true }
`
	d.recipe(a)
	said := []outcome{d.must(0, "plan"), d.must(0, "plan", "--json"), d.must(0, "plan", "--full"), d.apply("--json"), d.must(0, "status", "--json"), d.must(0, "validate")}
	first := d.running("web")
	d.holdSecrets(values)
	d.settled()

	for _, name := range slices.Sorted(maps.Keys(values)) {
		before := d.running("web")
		values[name] += "-changed"
		set()
		o := d.must(2, "plan", "--detailed-exitcode")
		if !strings.Contains(o.stdout, "-/+ service.web") {
			t.Errorf("another value of the secret of %s is no new release\n%s", name, o)
		}
		said = append(said, o, d.apply())
		d.holdSecrets(values)
		d.settled()
		for name := range d.running("web") {
			if _, ok := before[name]; ok {
				t.Errorf("%s still runs", name)
			}
		}
	}
	// Back to the first values: the kept release has another content than the one that runs.
	for name := range values {
		values[name] = strings.TrimSuffix(values[name], "-changed")
	}
	set()
	said = append(said, d.apply(), d.must(0, "rollback", "--auto-approve"))
	d.hidden(said, len(first))
}

// holdSecrets checks that the containers were handed the values.
func (d *deploy) holdSecrets(values map[string]string) {
	d.Helper()
	for name, c := range d.running("web") {
		for _, want := range []string{"OF_ENV=" + values["env"], "OF_COMMAND=x-" + values["command"] + "-y", "OF_VAR=" + values["var"]} {
			if !slices.Contains(c.Env, want) {
				d.Errorf("%s has no %s in its environment", name, want)
			}
		}
		header, text := d.fileIn(name, "/etc/app/config.toml")
		if want := "token = \"" + values["file"] + "\"\n"; text != want || header.Mode&0o7777 != 0o400 || header.Uid != 7 || header.Gid != 8 {
			d.Errorf("%s has the file %q, mode %o, of %d:%d", name, text, header.Mode, header.Uid, header.Gid)
		}
		if header, text := d.fileIn(name, "/etc/app/plain.txt"); text != "plain" || header.Mode&0o7777 != 0o444 {
			d.Errorf("%s has the file %q, mode %o", name, text, header.Mode)
		}
	}
}

// fileIn reads a file of a container.
func (d *deploy) fileIn(container, path string) (*tar.Header, string) {
	d.Helper()
	archive, err := d.engine.ReadArchive(d.Context(), container, path)
	if err != nil {
		d.Fatal(err)
	}
	defer archive.Close()
	files := tar.NewReader(archive)
	header, err := files.Next()
	if err != nil {
		d.Fatal(err)
	}
	text, err := io.ReadAll(files)
	if err != nil {
		d.Fatal(err)
	}
	return header, string(text)
}

// hidden checks that no sentinel is anywhere but where it belongs.
func (d *deploy) hidden(said []outcome, count int) {
	d.Helper()
	look := func(where, text string) {
		if at := strings.Index(text, "sentinel"); at >= 0 {
			d.Errorf("%s shows a secret: %q", where, text[max(0, at-60):min(len(text), at+60)])
		}
	}
	for _, o := range said {
		look("recipe "+strings.Join(o.args, " "), o.stdout+o.stderr)
	}
	found := d.containers()
	if len(found) < count {
		d.Errorf("there are %d containers", len(found))
	}
	for name, c := range found {
		for key, value := range c.Labels {
			look("label "+key+" of "+name, value)
		}
	}
	_, text := d.fileIn(helper.RecordName(d.name), helper.RecordDir+"/record.json")
	look("the record", text)
	archive, err := d.engine.ReadArchive(d.Context(), d.edge, helper.EdgeDir+"/cfg")
	if err != nil {
		d.Fatal(err)
	}
	defer archive.Close()
	for files := tar.NewReader(archive); ; {
		header, err := files.Next()
		if err != nil {
			return
		}
		text, _ := io.ReadAll(files)
		look(filepath.Base(header.Name), string(text))
	}
}
