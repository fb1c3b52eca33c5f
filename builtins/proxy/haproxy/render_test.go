package haproxy

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"errors"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// shop uses every field of a site.
func shop() proxy.Site {
	up := &proxy.Check{Path: "/up", Host: "shop.example.com", Interval: 5 * time.Second, Timeout: time.Second, Retries: 3, Port: 8081}
	return proxy.Site{
		Recipe: "shop",
		Origin: "git@example.com:shop/shop.git//deploy \"main\" # 1",
		Ports: []proxy.Port{
			{Name: "web", Listen: 8080, Mode: proxy.HTTP, Trusted: []string{"10.1.0.0/16", "fd00::7"}, Routes: []proxy.Route{
				{Path: "/", Service: "web.http"},
				{Host: "shop.example.com", Path: "/", Service: "web.http"},
				{Host: "shop.example.com", Path: "/api", Service: "api.http", Limits: proxy.Limits{Server: 10 * time.Minute, Tunnel: 2 * time.Hour, MaxBody: 10 << 20}},
			}},
			{Name: "https", Listen: 8443, Mode: proxy.HTTP, Routes: []proxy.Route{{Host: "shop.example.com", Path: "/", Service: "web.http"}},
				TLS: &proxy.TLS{Min: "1.3", Certificates: []proxy.Certificate{
					{Name: "all", Fingerprint: strings.Repeat("a1", 32), Expires: time.Unix(1772366400, 0).UTC()},
					{Name: "main", Fingerprint: strings.Repeat("b2", 32), Chain: "0123456789abcdef", Hosts: []string{"*.shop.example.com", "shop.example.com"}, Expires: time.Unix(1772366400, 0).UTC()},
				}}},
			{Name: "http", Listen: 8081, Mode: proxy.HTTP, Routes: []proxy.Route{{Host: "shop.example.com", Path: "/", Redirect: 8443}}},
			{Name: "mail", Listen: 2525, Address: "fd00::1", Mode: proxy.TCP, Routes: []proxy.Route{{Path: "/", Service: "mail.smtp"}}},
			{Name: "names", Listen: 2526, Mode: proxy.TCP, Routes: []proxy.Route{{Host: "mail.example.com", Path: "/", Service: "mail.smtp"}}},
			{Name: "calls", Listen: 9000, Address: "10.0.0.1/21,10.0.8.1/21", Mode: proxy.HTTP, Routes: []proxy.Route{{Path: "/", Service: "api.http"}}},
		},
		Groups: []proxy.Group{{Name: "mail"}, {Name: "web", Percent: 10, Sticky: true, Match: []proxy.Match{
			{Header: "X-Canary", Value: "1", To: proxy.B}, {Header: "X-Canary", Value: "2"}, {Cookie: "beta", Value: "yes", To: proxy.B},
		}, Switch: &proxy.Switch{To: proxy.B, Stage: "canary", Since: time.Unix(1772366400, 0).UTC(),
			Pause: &proxy.Pause{Since: time.Unix(1772366520, 0).UTC(), Failed: true, Why: "errors: 31 of 620 \"5xx\" # at 10%"}}}},
		Services: []proxy.Service{
			{Name: "api.http", Group: "web", Mode: proxy.HTTP},
			{Name: "mail.smtp", Group: "mail", Mode: proxy.TCP, B: proxy.Backend{Release: "1", Servers: []proxy.Server{
				{Slot: 4, Address: netip.MustParseAddrPort("[fd00::2]:25"), State: proxy.Ready},
			}}},
			{Name: "web.http", Group: "web", Mode: proxy.HTTP,
				A: proxy.Backend{Release: "3fa9c2e1", Check: up, Servers: []proxy.Server{
					{Slot: 1, Address: netip.MustParseAddrPort("10.0.0.3:80"), State: proxy.Ready},
					{Slot: 2, Address: netip.MustParseAddrPort("10.0.0.4:80"), State: proxy.Maint},
				}},
				B: proxy.Backend{Release: "77aa0000", Check: up, Servers: []proxy.Server{
					{Slot: 1, Address: netip.MustParseAddrPort("10.0.0.5:80"), State: proxy.Draining},
				}},
			},
		},
	}
}

// blog shares port 8080 with shop.
func blog() proxy.Site {
	return proxy.Site{
		Recipe: "blog",
		Ports:  []proxy.Port{{Name: "web", Listen: 8080, Mode: proxy.HTTP, Routes: []proxy.Route{{Host: "blog.example.com", Service: "web.http"}}}},
		Groups: []proxy.Group{{Name: "web", Percent: 100}},
		Services: []proxy.Service{{Name: "web.http", Group: "web", Mode: proxy.HTTP, B: proxy.Backend{
			Release: "1", Servers: []proxy.Server{{Slot: 1, Address: netip.MustParseAddrPort("10.0.1.3:80"), State: proxy.Ready}},
		}}},
	}
}

func both() Config {
	return Config{
		Options: Options{User: "haproxy", Group: "haproxy", IPv6: true}.filled(),
		Sites:   []proxy.Site{blog().Normal(), shop().Normal()},
	}
}

func TestRenderGolden(t *testing.T) {
	files, err := both().Render()
	if err != nil {
		t.Fatal(err)
	}
	names := slices.Sorted(maps.Keys(files))
	for _, name := range names {
		golden := filepath.Join("testdata", "edge", name)
		if *update {
			if err := os.MkdirAll(filepath.Dir(golden), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(golden, files[name], 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(files[name])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	kept, _ := filepath.Glob("testdata/edge/*/*")
	if len(kept) != len(names) {
		t.Errorf("testdata/edge has %d files, %d are rendered: %v", len(kept), len(names), names)
	}
}

func TestParseInvertsRender(t *testing.T) {
	roundTrip(t, both())
	roundTrip(t, Config{Options: Options{}.filled()})
	for seed := range uint64(300) {
		roundTrip(t, random(rand.New(rand.NewPCG(seed, 1))))
	}
}

func FuzzParseInvertsRender(f *testing.F) {
	f.Add(uint64(1), uint64(2))
	f.Fuzz(func(t *testing.T, a, b uint64) { roundTrip(t, random(rand.New(rand.NewPCG(a, b)))) })
}

func roundTrip(t *testing.T, c Config) {
	t.Helper()
	files, err := c.Render()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(files)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, got, cmpopts.EquateComparable(netip.AddrPort{}), cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("parsed is not what was rendered (-want +got):\n%s", diff)
	}
	again, err := got.Render()
	if diff := cmp.Diff(files, again); err != nil || diff != "" {
		t.Fatalf("rendered again: %v\n%s", err, diff)
	}
}

// random makes a valid edge of up to three recipes.
func random(r *rand.Rand) Config {
	c := Config{Options: Options{Dir: "/e", IPv6: r.IntN(2) == 0, MaxConn: 1 + r.IntN(100)}.filled()}
	for i := range r.IntN(4) {
		s := proxy.Site{Recipe: fmt.Sprintf("r%d", i), Groups: []proxy.Group{{Name: "g", Percent: r.IntN(101)}, {Name: "h", Percent: r.IntN(101)}}}
		for j := range s.Groups {
			g := &s.Groups[j]
			if r.IntN(2) == 0 { // one side has all traffic, and the other may stand by
				g.Percent = 100 * r.IntN(2)
				g.Standby = time.Unix(r.Int64N(1<<32), r.Int64N(1e9))
			}
			g.Sticky = r.IntN(2) == 0
			for n := range r.IntN(4) {
				to := []proxy.Side{"", proxy.A, proxy.B}[r.IntN(3)]
				g.Match = append(g.Match, []proxy.Match{{Header: "x-canary", Value: fmt.Sprint(n), To: to}, {Cookie: "Beta", Value: fmt.Sprint(n), To: to}}[r.IntN(2)])
			}
			g.Switch = randomSwitch(r)
			g.Until = r.Int64N(2) * r.Int64N(1<<35)
		}
		s.Maintenance, s.Down = randomMaintenance(r)
		if r.IntN(2) == 0 {
			s.Origin = strings.Repeat("ä\n\"#", r.IntN(3))
		}
		for j := range r.IntN(3) {
			service := proxy.Service{Name: fmt.Sprintf("s%d.http", j), Group: "gh"[r.IntN(2):][:1], Mode: []proxy.Mode{proxy.HTTP, proxy.TCP}[r.IntN(2)]}
			service.A, service.B = randomBackend(r), randomBackend(r)
			s.Services = append(s.Services, service)
			port := proxy.Port{Name: fmt.Sprint("p", j), Listen: 1000 + 10*i + j, Mode: service.Mode, Routes: []proxy.Route{{Service: service.Name}}}
			if service.Mode == proxy.TCP && r.IntN(2) == 0 {
				port.Routes = append(port.Routes, proxy.Route{Host: fmt.Sprintf("h%d.example", i), Service: service.Name})
			}
			if service.Mode == proxy.HTTP {
				port.Listen = 8080 + j
				port.Routes[0].Host = fmt.Sprintf("h%d.example", i)
				port.Routes[0].Limits = proxy.Limits{Server: time.Duration(r.IntN(2)) * time.Minute, Tunnel: time.Duration(r.IntN(2)) * time.Hour, MaxBody: int64(r.IntN(2) * 1000)}
				port.Trusted = [][]string{nil, {"10.0.0.0/8", "fd00::/8"}}[r.IntN(2)]
				if j == 0 { // all recipes' alike
					port.TLS = randomTLS(r)
				}
				if r.IntN(3) == 0 {
					port.Routes = append(port.Routes, proxy.Route{Host: port.Routes[0].Host, Path: "/elsewhere", Redirect: 1 + r.IntN(65535)})
				}
				port.Routes[0].Path = []string{"", "/a", "/a/b"}[r.IntN(3)]
			}
			s.Ports = append(s.Ports, port)
			if networks := []string{"", fmt.Sprintf("10.%d.0.1/21", i), fmt.Sprintf("10.%d.0.1/21,10.%d.8.1/24", i, i)}[r.IntN(3)]; networks != "" {
				s.Ports = append(s.Ports, proxy.Port{Name: fmt.Sprint("i", j), Listen: 9000 + j, Address: networks, Mode: service.Mode, Routes: []proxy.Route{{Service: service.Name}}})
			}
		}
		c.Sites = append(c.Sites, s.Normal())
	}
	return c
}

func randomTLS(r *rand.Rand) *proxy.TLS {
	tls := &proxy.TLS{Min: []string{"", "1.3"}[r.IntN(2)], HTTP1: r.IntN(2) == 0}
	for i := range r.IntN(3) {
		c := proxy.Certificate{Name: fmt.Sprint("c", i), Fingerprint: fmt.Sprintf("%064x", r.Uint64()), Chain: []string{"", "0123456789abcdef"}[r.IntN(2)], Expires: time.Unix(r.Int64N(1<<35), 0)}
		for range r.IntN(3) {
			c.Hosts = append(c.Hosts, []string{"a.test", "*.a.test", "b"}[r.IntN(3)])
		}
		tls.Certificates = append(tls.Certificates, c)
	}
	return tls
}

func randomMaintenance(r *rand.Rand) (m *proxy.Maintenance, down bool) {
	if r.IntN(2) == 0 {
		return nil, false
	}
	m = &proxy.Maintenance{Page: strings.Repeat("<p>ä \"#\\x</p>\n", 1+r.IntN(3)), Type: []string{"text/html; charset=utf-8", "application/json"}[r.IntN(2)],
		RetryAfter: time.Duration(r.IntN(3)) * time.Minute}
	for range r.IntN(3) {
		m.Except = append(m.Except, []string{"10.0.0.0/8", "192.0.2.7/32", "fd00::/8"}[r.IntN(3)])
	}
	return m, r.IntN(2) == 0
}

func randomSwitch(r *rand.Rand) *proxy.Switch {
	if r.IntN(2) == 0 {
		return nil
	}
	at := func() (t time.Time) {
		if r.IntN(3) > 0 {
			t = time.Unix(r.Int64N(1<<35), 0).UTC()
		}
		return t
	}
	s := &proxy.Switch{To: []proxy.Side{proxy.A, proxy.B}[r.IntN(2)], Stage: []string{"", "canary", "a b\n\"#"}[r.IntN(3)], Since: at()}
	if r.IntN(2) == 0 {
		s.Pause = &proxy.Pause{Since: at(), Failed: r.IntN(2) == 0, Why: strings.Repeat("ä \n\"#\x00", r.IntN(3))}
	}
	return s
}

func randomBackend(r *rand.Rand) proxy.Backend {
	b := proxy.Backend{Release: fmt.Sprintf("%x", r.Uint32())}
	if r.IntN(2) == 0 {
		b.Check = &proxy.Check{Interval: time.Duration(1+r.IntN(1e6)) * time.Millisecond, Timeout: time.Second, Retries: 1 + r.IntN(9), Port: r.IntN(2) * 99}
		if r.IntN(2) == 0 {
			b.Check.Path = []string{"/", "/up?deep=1&x=$A"}[r.IntN(2)]
			b.Check.Host = []string{"", "uri.hdr"}[r.IntN(2)]
		}
	}
	for slot := 1; slot <= r.IntN(9); slot++ {
		address := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(r.Uint32()), byte(slot)}), uint16(1+r.IntN(65535)))
		state := []proxy.State{proxy.Ready, proxy.Draining, proxy.Maint}[r.IntN(3)]
		b.Servers = append(b.Servers, proxy.Server{Slot: slot, Address: address, State: state})
	}
	return b
}

// FuzzParse checks that no file makes Parse panic, and that what it reads and Render accepts is stable.
func FuzzParse(f *testing.F) {
	files, err := both().Render()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(files[siteFile("shop")], files["maps/port-8080.map"], files[liveMap])
	f.Fuzz(func(t *testing.T, site, routes, live []byte) {
		c, err := Parse(map[string][]byte{siteFile("shop"): site, "maps/port-8080.map": routes, liveMap: live})
		if err != nil {
			return
		}
		if files, err := c.Render(); err == nil {
			if again, err := Parse(files); err != nil || !cmp.Equal(c.Sites, again.Sites, cmpopts.EquateComparable(netip.AddrPort{}), cmpopts.EquateEmpty()) {
				t.Fatalf("not stable: %v\n%+v\n%+v", err, c.Sites, again.Sites)
			}
		}
	})
}

func TestParseRefusesFormats(t *testing.T) {
	for name, text := range map[string]string{
		"newer":   "# recipe edge format 2\n",
		"foreign": "frontend x\n",
		"empty":   "",
	} {
		if _, err := Parse(map[string][]byte{"cfg/50-x.cfg": []byte(text)}); !errors.Is(err, proxy.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRenderRefuses tries to smuggle configuration through every text of a site.
func TestRenderRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*proxy.Site){
		"recipe":  func(s *proxy.Site) { s.Recipe = "a\nglobal" },
		"dots":    func(s *proxy.Site) { s.Recipe = ".." },
		"slash":   func(s *proxy.Site) { s.Recipe = "../x" },
		"host":    func(s *proxy.Site) { s.Ports[1].Routes[0].Host = "a b" },
		"star":    func(s *proxy.Site) { s.Ports[1].Routes[0].Host = "*" },
		"path":    func(s *proxy.Site) { s.Ports[1].Routes[0].Path = "/a\nb" },
		"hash":    func(s *proxy.Site) { s.Ports[1].Routes[0].Path = "/#" },
		"nul":     func(s *proxy.Site) { s.Ports[1].Routes[0].Path = "/\x00" },
		"address": func(s *proxy.Site) { s.Ports[0].Address = "1.2.3.4 ssl" },
		"order":   func(s *proxy.Site) { s.Ports[0].Address = "10.0.8.1/21,10.0.0.1/21" },
		"network": func(s *proxy.Site) { s.Ports[0].Address = "10.0.0.1/21,x" },
		"whole":   func(s *proxy.Site) { s.Ports[0].Address = "10.0.0.1/0" },
		"group":   func(s *proxy.Site) { s.Groups[0].Name = "a/b" },
		"header":  func(s *proxy.Site) { s.Groups[1].Match[0].Header = "x y" },
		"cookie":  func(s *proxy.Site) { s.Groups[1].Match[0] = proxy.Match{Cookie: "a)b", Value: "1"} },
		"value":   func(s *proxy.Site) { s.Groups[1].Match[0].Value = "a|b" },
		"to":      func(s *proxy.Site) { s.Groups[1].Match[0].To = "c" },
		"side":    func(s *proxy.Site) { s.Groups[0].Switch = &proxy.Switch{To: "c\nglobal"} },
		"stage":   func(s *proxy.Site) { s.Groups[0].Switch = &proxy.Switch{To: proxy.A, Stage: "\xff"} },
		"year":    func(s *proxy.Site) { s.Groups[0].Switch = &proxy.Switch{To: proxy.A, Since: time.Unix(1<<40, 0)} },
		"trusted": func(s *proxy.Site) { s.Ports[1].Trusted = []string{"10.0.0.0/8 }"} },
		"body":    func(s *proxy.Site) { s.Ports[1].Routes[0].MaxBody = -1 },
		"timeout": func(s *proxy.Site) { s.Ports[1].Routes[0].Server = 30 * 24 * time.Hour },
		"percent": func(s *proxy.Site) { s.Groups[0].Percent = 101 },
		"until":   func(s *proxy.Site) { s.Groups[0].Until = -1 },
		"down":    func(s *proxy.Site) { s.Down = true },
		"page":    func(s *proxy.Site) { s.Maintenance = &proxy.Maintenance{Type: "text/html"} },
		"long page": func(s *proxy.Site) {
			s.Maintenance = &proxy.Maintenance{Type: "text/html", Page: strings.Repeat("x", proxy.MaxPage+1)}
		},
		"media type": func(s *proxy.Site) { s.Maintenance = &proxy.Maintenance{Type: "text", Page: "x"} },
		"excepted": func(s *proxy.Site) {
			s.Maintenance = &proxy.Maintenance{Type: "text/html", Page: "x", Except: []string{"10.0.0.1/8"}}
		},
		"release": func(s *proxy.Site) { s.Services[2].A.Release = "x\n" },
		"check":   func(s *proxy.Site) { s.Services[2].A.Check.Path = "/up' hdr X 'y" },
		"vhost":   func(s *proxy.Site) { s.Services[2].A.Check.Host = "%[src]" },
		"zone":    func(s *proxy.Site) { s.Services[2].A.Servers[0].Address = netip.MustParseAddrPort("[fe80::1%a]:1") },
		"state":   func(s *proxy.Site) { s.Services[2].A.Servers[0].State = "up" },
		"finger": func(s *proxy.Site) {
			s.Ports[0].TLS = &proxy.TLS{Certificates: []proxy.Certificate{{Name: "a", Fingerprint: "../../x"}}}
		},
		"sni": func(s *proxy.Site) {
			s.Ports[0].TLS = &proxy.TLS{Certificates: []proxy.Certificate{{Name: "a", Fingerprint: strings.Repeat("a", 64), Expires: time.Unix(1, 0), Hosts: []string{"a b"}}}}
		},
		"version": func(s *proxy.Site) { s.Ports[0].TLS = &proxy.TLS{Min: "1.0 no-sslv3"} },
		"twice":   func(s *proxy.Site) { s.Services[2].A.Servers[0].Slot = 2 },
	} {
		site := shop().Normal()
		spoil(&site)
		if _, err := (Config{Sites: []proxy.Site{site}}).Render(); !errors.Is(err, proxy.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
