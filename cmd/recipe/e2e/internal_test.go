package e2e

import (
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/network"
)

// A service calls another one through an internal port, on an internal network: its calls lose nothing while the other
// switches, and nobody from outside the recipe's networks is let in.
func TestInternalPort(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	if err := linkOrCopy(filepath.Join(binaries(t), "forward"), filepath.Join(d.dir, "forward")); err != nil {
		t.Fatal(err)
	}
	api := freePort(t)
	more := fmt.Sprintf(`
network "inside" { internal = true }
port "api" {
  listen   = %d
  internal = true
  route { to = service.web.http }
}
image "caller" {
  from { image = "scratch" }
  copy {
    from = ["forward"]
    to   = "/"
  }
  entrypoint { exec = ["/forward"] }
}
service "caller" {
  image    = image.caller
  command  = ["8080=${port.api.address}"]
  networks = [network.inside]
  expose "http" { port = 8080 }
}
`, api)
	a := app{count: 2, drain: "10s", retain: 2, service: "  networks = [network.inside]\n", more: more}
	a.edit = func(text string) string {
		d.write(".dockerignore", "*\n!server\n!page.html\n!forward\n")
		// The recipe's own port leads to the caller, so that every request takes the way inside.
		return strings.Replace(strings.Replace(text, "route { to = service.web.http }", "mode = \"tcp\"\n  route { to = service.caller.http }", 1),
			"port \"web\"", "port \"front\"", 1)
	}
	d.recipe(a.at("r1"))
	d.apply()
	clients := d.ask()
	defer clients.end()
	for _, release := range []string{"r2", "r3"} {
		d.recipe(a.at(release))
		d.apply()
	}
	if clients.lost.Load() > 0 || clients.errors.Load() > 0 || clients.all.Load() == 0 {
		t.Errorf("of %d calls %d were lost and %d answered with errors", clients.all.Load(), clients.lost.Load(), clients.errors.Load())
	}
	d.serves("r3")
	d.outside(api)
	if o := d.must(0, "plan", "--detailed-exitcode"); !strings.Contains(o.stdout, "No changes") {
		t.Errorf("the recipe does not stand as it says\n%s", o)
	}
}

// outside looks who is let in on an internal port: this machine's own requests come from the gateway's address, which is
// on the network, unless they are sent from another one.
func (d *deploy) outside(port int) {
	d.Helper()
	if conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
		conn.Close()
		d.Error("the internal port listens on the machine's other addresses")
	}
	networks, err := d.engine.Networks(d.Context(), nil)
	if err != nil {
		d.Fatal(err)
	}
	for _, n := range networks {
		if n.Name != d.name+"-inside" {
			continue
		}
		for from, let := range map[string]bool{"": true, "127.0.0.1": false} {
			dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
			client := &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}}
			response, err := client.Get(fmt.Sprintf("http://%s:%d/release", network.Gateway(n.Subnet), port))
			if err == nil {
				response.Body.Close()
			}
			if (err == nil) != let {
				d.Errorf("from %q: %v", from, err)
			}
		}
		return
	}
	d.Error("the recipe has no network")
}
