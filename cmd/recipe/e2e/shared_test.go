package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/load"
)

// neighbour is another recipe on the edge of d.
func (d *deploy) neighbour() *deploy {
	d.Helper()
	other := newDeploy(d.T)
	other.edge = d.edge
	return other
}

// Two recipes share an edge and even a port, by host; what both claim is refused when it is planned, in words that
// name both, and leaves the first one alone.
func TestRecipesShareAnEdge(t *testing.T) {
	t.Parallel()
	one := newDeploy(t)
	one.recipe(standard().at("one"))
	one.apply()
	two := one.neighbour()
	a := standard().at("two")
	shared := func(host string) func(string) string {
		return func(text string) string {
			own := fmt.Sprintf("listen = %d\n  route { to = service.web.http }", two.port)
			return strings.Replace(text, own, fmt.Sprintf("listen = %d\n  route {\n%s    to = service.web.http\n  }", one.port, host), 1)
		}
	}
	for name, edit := range map[string]func(string) string{
		"the same route":            shared(""),
		"the same port in tcp mode": func(text string) string { return strings.Replace(text, fmt.Sprint(two.tcp), fmt.Sprint(one.port), 1) },
		"the same tcp port":         func(text string) string { return strings.Replace(text, fmt.Sprint(two.tcp), fmt.Sprint(one.tcp), 1) },
	} {
		a.edit = edit
		two.recipe(a)
		o := two.must(1, "apply", "--auto-approve")
		two.says(o, one.name, "recipe.hcl line", "another port, host or path")
		if strings.Contains(o.stdout, "Steps") {
			t.Errorf("%s: a plan was shown\n%s", name, o)
		}
		if left := two.objects(); len(left) > 0 {
			t.Errorf("%s: left over %q", name, left)
		}
	}
	a.edit = shared("    host = \"two.test\"\n")
	two.recipe(a)
	w := one.watch(load.Options{URL: fmt.Sprintf("http://127.0.0.1:%d", one.port), Rate: 60, Duration: one.traffic(1).Duration, Mix: load.Mix{load.KeepAlive: 3, load.Fresh: 1, load.SlowGet: 1}})
	two.apply()
	one.settled()
	two.settled()
	one.serves("one")
	if got := ofHost(t, one.port, "two.test:80"); got != "two" {
		t.Errorf("release %q answers for the host, not two", got)
	}
	two.recipe(a.at("two again"))
	two.apply()
	two.must(0, "destroy", "--auto-approve")
	one.settled()
	if left := two.objects(); len(left) > 0 {
		t.Errorf("left over: %q", left)
	}
	w.clients.Stop()
	if r := w.clients.Wait(); r.Total.Failed > 0 || len(r.Releases) != 1 {
		t.Errorf("the other recipe's changes were felt\n%s", r)
	}
	one.must(0, "destroy", "--auto-approve")
	if left := one.objects(); len(left) > 0 {
		t.Errorf("left over: %q", left)
	}
	one.noEdge()
}

func ofHost(t *testing.T, port int, host string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/release", port), nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host, request.Close = host, true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.Header.Get("X-Release")
}

// A recipe of the same name from elsewhere is refused, and takes over without a gap when it is told to.
func TestAnotherOrigin(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	d.recipe(standard())
	d.apply()
	before := d.objects()
	moved := *d
	moved.dir = t.TempDir()
	binary := server(t)
	if err := linkOrCopy(binary, moved.dir+"/server"); err != nil {
		t.Fatal(err)
	}
	moved.recipe(standard().at("r2"))
	for _, command := range [][]string{{"plan"}, {"apply", "--auto-approve"}, {"destroy", "--auto-approve"}} {
		moved.says(moved.must(1, command...), d.dir, moved.dir, "--adopt")
	}
	if after := d.objects(); !slices.Equal(after, before) {
		t.Errorf("a refused plan changed %q to %q", before, after)
	}
	w := d.watch(d.traffic(60))
	moved.apply("--adopt")
	moved.serves("r2")
	moved.settled()
	w.nothingLost()
	d.says(d.must(1, "plan"), moved.dir, "--adopt")
}
