package e2e

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/cmd/internal/stage"
)

// A saved plan is refused when what it was made for is not there any more, naming what moved; nothing is changed, and
// a plan that is made then goes.
func TestSavedPlanOfAWorldThatMoved(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	a := standard()
	a.count = 1
	a.more = "volume \"spare\" {}\n"
	d.recipe(a)
	d.apply()
	base := d.name + "/base:1"
	need := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	tag := func(ref string) {
		image, err := d.engine.Image(t.Context(), ref)
		need(err)
		need(d.engine.Tag(t.Context(), image.ID, base))
	}
	for _, c := range d.running("web") {
		tag(c.Image)
	}
	t.Cleanup(func() { _ = d.engine.RemoveImage(context.Background(), base) })
	site := "cfg/20-" + d.name + ".cfg"
	for _, moved := range []struct {
		name string
		more string // in the recipe that is planned
		do   func()
		says []string
	}{
		{"a container is killed", "", func() {
			for _, c := range d.running("web") {
				need(d.engine.Signal(t.Context(), c.ID, "KILL"))
				_, err := d.engine.WaitContainer(t.Context(), c.ID)
				need(err)
			}
		}, []string{"container NAME-web-", "state was running, and is now exited"}},
		{"an image is retagged", "service \"side\" { image = \"" + base + "\" }\n",
			func() { tag(stage.ProxyImage(t.Context(), d.engine)) }, []string{"image " + base + ": content was"}},
		{"a volume is removed", "", func() { need(d.engine.RemoveVolume(t.Context(), d.name+"-spare")) }, []string{"volume NAME-spare is gone"}},
		{"a file of HAProxy is edited", "", func() {
			_, text := d.fileIn(d.edge, helper.EdgeDir+"/"+site)
			d.edgeFile(site, text+"    timeout server 7s\n")
		}, []string{"edge file " + site + ": text was edited:", "+ timeout server 7s"}},
	} {
		next := a.at("r2")
		next.more += moved.more
		d.recipe(next)
		d.must(0, "plan", "--out", "x.plan")
		moved.do()
		before := d.objects()
		o := d.must(1, "apply", "x.plan")
		d.says(o, append(moved.says, "The world moved", "Nothing was changed")...)
		if after := d.objects(); !slices.Equal(before, after) {
			t.Errorf("%s: it left\n%q\nof\n%q", moved.name, after, before)
		}
		d.recipe(a)
		if moved.more != "" { // nothing of it stands
			continue
		}
		o = d.must(2, "plan", "--detailed-exitcode")
		if drift := strings.Contains(o.stdout, "Changed outside of recipe") && strings.Contains(o.stdout, "-    timeout server 7s"); drift != strings.Contains(moved.name, "edited") {
			t.Errorf("%s: drift of the edge's files is shown: %v\n%s", moved.name, drift, o)
		}
		d.must(0, "plan", "--out", "x.plan")
		d.must(0, "apply", "x.plan")
		d.serves("r1")
		d.settled()
	}
	if _, text := d.fileIn(d.edge, helper.EdgeDir+"/"+site); strings.Contains(text, "timeout server 7s") {
		t.Errorf("the edit is still there:\n%s", text)
	}
}

// Whoever reads a saved plan learns no secret from it, in whatever form.
func TestSavedPlanHoldsNoSecret(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	values := []string{"sentinel-of-the-env", "sentinel-of-the-file", "sentinel-of-the-command", "sentinel-of-a-variable",
		"sentinel-of-sensitive", "sentinel-of-a-values-file", "sentinel-of-a-plain-file", "sentinel-of-an-output"}
	d.env = []string{"E2E_SECRET=" + values[0], "RECIPE_VAR_key=" + values[3], "E2E_PLAIN=" + values[4], "E2E_OUT=" + values[7]}
	d.write("secret.txt", values[1]+"\n")
	d.write("command.txt", values[2])
	d.write("more.auto.vars.hcl", "listed = [\""+values[5]+"\"]\n")
	d.write("plain.yaml", "password: "+values[6]+"\n")
	a := standard()
	a.edit = func(text string) string {
		return strings.Replace(text, "  env = {\n", `  env = {
    A = secret.of_env
    B = "x${secret.of_file}"
    C = base64encode(secret.of_command)
    D = var.key
    E = sensitive(env("E2E_PLAIN"))
    F = var.listed[0]
    G = upper(sensitive(yamldecode(file("plain.yaml")).password))
`, 1)
	}
	a.more = `
secret "of_env" { env = "E2E_SECRET" }
secret "of_file" { file = "secret.txt" }
secret "of_command" { command = ["cat", "command.txt"] }
variable "key" { sensitive = true }
variable "listed" {
  type      = list(string)
  sensitive = true
}
output "out" {
  value     = env("E2E_OUT")
  sensitive = true
}
`
	d.recipe(a)
	d.write(".dockerignore", "plain.yaml\ncommand.txt\n") // secret.txt could be copied
	look := func() {
		t.Helper()
		d.must(0, "plan", "--out", "x.plan")
		text, err := os.ReadFile(filepath.Join(d.dir, "x.plan"))
		if err != nil {
			t.Fatal(err)
		}
		for _, value := range values {
			for _, form := range forms(value) {
				if at := strings.Index(string(text), form); at >= 0 {
					t.Errorf("the file holds %s as %q: %q", value, form, text[max(0, at-80):at+20])
				}
			}
		}
	}
	look()
	d.must(0, "apply", "x.plan")
	d.serves("r1")
	d.settled()
	d.recipe(a.at("r2"))
	d.write(".dockerignore", "plain.yaml\ncommand.txt\n")
	look()
}

// forms are a value as it may be written, and what it could be guessed from.
func forms(value string) []string {
	all := []string{value, strings.ToUpper(value), hex.EncodeToString([]byte(value))}
	for _, text := range []string{value, value + "\n", "x" + value, strings.ToUpper(value)} {
		b := []byte(text)
		m, s1, s2, s5 := md5.Sum(b), sha1.Sum(b), sha256.Sum256(b), sha512.Sum512(b)
		for _, sum := range [][]byte{m[:], s1[:], s2[:], s5[:]} {
			all = append(all, hex.EncodeToString(sum)[:16], base64.StdEncoding.EncodeToString(sum)[:16])
		}
		all = append(all, strings.TrimRight(base64.StdEncoding.EncodeToString(b), "="), base64.RawURLEncoding.EncodeToString(b))
	}
	return all
}
