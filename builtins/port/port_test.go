package port_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/port"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/google/go-cmp/cmp"
)

// desired has a port block for each spec: p1, p2, ...
func desired(specs ...string) *state.Desired {
	d := &state.Desired{Recipe: state.Recipe{Name: "shop", Origin: "here"}}
	for i, spec := range specs {
		d.Resources = append(d.Resources, &state.Resource{Addr: addr.New("port", fmt.Sprint("p", i+1)), Spec: json.RawMessage(spec)})
	}
	return d
}

// http is a port block with routes to service.web, given as HOST and PATH by turns.
func http(listen int, hostsAndPaths ...string) string {
	var routes []string
	for i := 0; i < len(hostsAndPaths); i += 2 {
		routes = append(routes, fmt.Sprintf(`{"host":%q,"path":%q,"to":{"ref":"service.web","port":"http"}}`, hostsAndPaths[i], hostsAndPaths[i+1]))
	}
	return fmt.Sprintf(`{"listen":%d,"mode":"http","route":[%s]}`, listen, strings.Join(routes, ","))
}

func TestValidate(t *testing.T) {
	const tcp = `{"listen":25,"mode":"tcp","route":[%s]}`
	const route = `{"path":"/","to":{"ref":"service.web","port":"smtp"}}`
	for _, test := range []struct {
		name  string
		specs []string
		want  string // the summaries, by block
	}{
		{"everything", []string{http(80, "", "/")}, ""},
		{"hosts and paths", []string{http(80, "shop.example.com", "/", "shop.example.com", "/api", "", "/", "1.2.3.4", "/a-b/~c/%20", "Shop.example.com", "/cart")}, ""},
		{"scheme", []string{http(80, "http://shop", "/")}, "p1: Not a host name"},
		{"number", []string{http(80, "shop:80", "/")}, "p1: Not a host name"},
		{"wildcard", []string{http(80, "*.shop", "/")}, "p1: Not a host name"},
		{"hyphen", []string{http(80, "shop-.com", "/")}, "p1: Not a host name"},
		{"line in a host", []string{http(80, "shop\n", "/")}, "p1: Not a host name"},
		{"path without slash", []string{http(80, "", "api")}, "p1: Not a path"},
		{"query", []string{http(80, "", "/?a=b")}, "p1: Not a path"},
		{"space", []string{http(80, "", "/a b")}, "p1: Not a path"},
		{"line in a path", []string{http(80, "", "/a\n")}, "p1: Not a path"},
		{"twice", []string{http(80, "a", "/api", "A", "/api/")}, "p1: Two routes for the same requests"},
		{"faults together", []string{http(80, "_", "x")}, "p1: Not a host name, p1: Not a path"},
		{"mail", []string{fmt.Sprintf(tcp, route)}, ""},
		{"mail to two", []string{fmt.Sprintf(tcp, route+","+route)}, "p1: Two routes for the same requests"},
		{"mail by path", []string{strings.Replace(fmt.Sprintf(tcp, route), `"/"`, `"/a"`, 1)}, "p1: No paths in tcp mode"},
		{"address", []string{strings.Replace(http(80, "", "/"), `"listen"`, `"address":"::1","listen"`, 1)}, ""},
		{"name for an address", []string{strings.Replace(http(80, "", "/"), `"listen"`, `"address":"localhost","listen"`, 1)}, "p1: Not an address"},
		{"two numbers", []string{http(80, "", "/"), http(81, "", "/")}, ""},
		{"one number twice", []string{http(80, "a", "/"), http(80, "b", "/")}, "p2: Two ports listen on one number"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := desired(test.specs...)
			var got []string
			for _, r := range d.Resources {
				for _, problem := range (port.Kind{}).Validate(r, d) {
					got = append(got, r.Addr.Name+": "+problem.Summary)
				}
			}
			for _, problem := range (port.Kind{}).ValidateTogether(d.Resources, d) {
				got = append(got, "p2: "+problem.Summary)
			}
			if got := strings.Join(got, ", "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestSite(t *testing.T) {
	d := desired(http(8080, "", "/"), http(80, "Shop.Example.com", "/api", "", "/"), `{"listen":25,"address":"127.0.0.1","mode":"tcp","route":[{"path":"/","to":{"ref":"service.mail[\"eu\"]","port":"smtp"}}]}`)
	d.Resources = append(d.Resources, &state.Resource{Addr: addr.New("service", "web"), Spec: json.RawMessage(`{}`)})
	want := proxy.Site{Ports: []proxy.Port{
		{Name: "p1", Listen: 8080, Mode: proxy.HTTP, Routes: []proxy.Route{{Path: "/", Service: "web.http"}}},
		{Name: "p2", Listen: 80, Mode: proxy.HTTP, Routes: []proxy.Route{
			{Host: "shop.example.com", Path: "/api", Service: "web.http"}, {Path: "/", Service: "web.http"}}},
		{Name: "p3", Listen: 25, Address: "127.0.0.1", Mode: proxy.TCP, Routes: []proxy.Route{{Path: "/", Service: "mail-eu.smtp"}}},
	}}.Normal().Ports
	got := port.Site(d, d, &state.Observed{})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(got) != 3 || got[0].Listen != 25 || got[2].Listen != 8080 {
		t.Error("ports are not ordered by number")
	}
	served := map[string]map[string]proxy.Mode{"service.web": {"http": proxy.HTTP}, `service.mail["eu"]`: {"smtp": proxy.TCP}}
	if diff := cmp.Diff(served, port.Served(d)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestDiff(t *testing.T) {
	d := desired(http(80, "", "/"), http(81, "", "/"), http(82, "", "/"))
	both := desired(http(80, "", "/"), http(91, "", "/"))
	stand := port.Site(both, both, &state.Observed{})
	stand = append(stand, proxy.Port{Name: "gone", Listen: 99, Mode: proxy.TCP, Routes: []proxy.Route{{Path: "/", Service: "mail.smtp"}}})
	o := &state.Observed{}
	world.SetFacts(o, &world.Known{Edge: world.Edge{Sites: []proxy.Site{{Recipe: "blog", Ports: stand}, {Recipe: "shop", Ports: stand}}}})
	result, diags := (port.Kind{}).Diff(kind.Input{Desired: d, Observed: o, Mode: kind.Apply})
	if diags.HasErrors() || len(result.Steps) > 0 {
		t.Fatal(diags, result.Steps)
	}
	var got []string
	for _, c := range result.Changes {
		got = append(got, fmt.Sprintf("%s %s: %s", c.Action, c.Addr, c.Summary))
	}
	want := []string{
		string(plan.Update) + " port.p2: http 81: / to web.http, was http 91: / to web.http",
		string(plan.Create) + " port.p3: http 82: / to web.http",
		string(plan.Delete) + " port.gone: tcp 99: connections to mail.smtp",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	result, _ = (port.Kind{}).Diff(kind.Input{Desired: d, Observed: o, Mode: kind.Rollback})
	if len(result.Changes) > 0 {
		t.Errorf("a rollback changes doors: %v", result.Changes)
	}
}

func TestTaken(t *testing.T) {
	t.Parallel()
	wanted := desired(`{"listen":8080,"mode":"http","route":[{"path":"/","to":{"ref":"service.web","port":"http"}}]}`)
	listens := []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:8080")}
	edge := world.Edge{Exists: true, Running: true, Sites: []proxy.Site{{Recipe: "other", Ports: []proxy.Port{{Listen: 8080}}}}}
	for _, test := range []struct {
		name  string
		known world.Known
		want  bool
	}{
		{"by another program", world.Known{Listeners: listens}, true},
		{"by nobody", world.Known{Listeners: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:80")}}, false},
		{"by the edge itself", world.Known{Listeners: listens, Edge: edge}, false},
		{"nobody knows", world.Known{}, false},
	} {
		observed := &state.Observed{}
		world.SetFacts(observed, &test.known)
		_, diags := port.Kind{}.Diff(kind.Input{Mode: kind.Apply, Desired: wanted, Observed: observed})
		if diags.HasErrors() != test.want {
			t.Errorf("%s: %v", test.name, diags)
		}
	}
}
