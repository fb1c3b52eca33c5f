package e2e

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The maintenance page is put up and taken down by people, for all but some networks, and stays through a switch and a
// restart of the edge.
func TestMaintenance(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	a := standard()
	a.count = 1
	page := func(except string) {
		a.more = fmt.Sprintf("maintenance \"shop\" {\n  page = \"<p>Back at \\\"noon\\\", 100%% sure.</p>\"\n  retry_after = \"2m\"\n%s}\n", except)
		d.recipe(a)
	}
	o := d.recipeWithout(a)
	d.says(o, "has no page of "+d.name)

	page("")
	d.apply()
	d.serves("r1")
	if o = d.must(0, "maintenance", "on", "--auto-approve"); !strings.Contains(o.stdout, "all ports of "+d.name+" answer 503 with the page") {
		t.Errorf("it does not say what it does\n%s", o)
	}
	d.down("after it was put up")
	if o := d.must(0, "maintenance", "on"); !strings.Contains(o.stdout, "Nothing to do") {
		t.Errorf("it is put up again\n%s", o)
	}
	if o := d.must(0, "status"); !strings.Contains(o.stdout, "The maintenance page is up") {
		t.Errorf("the status does not tell\n%s", o)
	}

	a.release = "r2"
	page("")
	o = d.apply()
	if d.down("after a switch"); !strings.Contains(o.stdout, "it is up, and stays up") {
		t.Errorf("the plan does not say that the page is up\n%s", o)
	}
	d.settled()
	if err := d.engine.StopContainer(t.Context(), d.edge, "", 10*time.Second); err != nil {
		t.Fatal(err)
	}
	if err := d.engine.StartContainer(t.Context(), d.edge); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err := answer(d.port, "/"); err == nil || strings.Contains(err.Error(), "503") || time.Now().After(end) {
			break
		}
	}
	d.down("after a restart of the edge")

	page("  except = [\"127.0.0.0/8\", \"::1/128\"]\n")
	d.apply()
	d.serves("r2") // we are excepted
	page("")
	d.apply()
	d.down("for us again")
	d.must(0, "maintenance", "off", "--auto-approve")
	d.serves("r2")
	d.settled()
	d.must(0, "destroy", "--auto-approve")
	if left := d.objects(); len(left) > 0 {
		t.Errorf("left over: %q", left)
	}
}

// recipeWithout applies a recipe without a page, which cannot be put up.
func (d *deploy) recipeWithout(a app) outcome {
	d.Helper()
	d.recipe(a)
	d.apply()
	return d.must(1, "maintenance", "on", "--auto-approve")
}

// down checks that the page is up.
func (d *deploy) down(when string) {
	d.Helper()
	// A connection that is kept would lead to the worker before a reload once more.
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := client.Get(fmt.Sprintf("http://127.0.0.1:%d/any/path?q=1", d.port))
	if err != nil {
		d.Errorf("%s: %v", when, err)
		return
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if r.StatusCode != 503 || string(text) != `<p>Back at "noon", 100% sure.</p>` || r.Header.Get("Retry-After") != "120" || err != nil {
		d.Errorf("%s: %s, Retry-After %q, %q (%v)", when, r.Status, r.Header.Get("Retry-After"), text, err)
	}
}
