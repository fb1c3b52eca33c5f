package network

import (
	"encoding/json"
	"net/netip"
	"slices"
	"testing"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
)

func TestChoose(t *testing.T) {
	first, ok := Choose("shop-default", nil)
	if !ok || first.Bits() != bits || !pool.Overlaps(first) || first != first.Masked() {
		t.Fatalf("chose %s, %v", first, ok)
	}
	if again, _ := Choose("shop-default", []netip.Prefix{{}, netip.MustParsePrefix("172.17.0.0/16"), netip.MustParsePrefix("fd00::/64")}); again != first {
		t.Errorf("chose %s, then %s", first, again)
	}
	if other, _ := Choose("blog-default", nil); other == first {
		t.Error("two names begin at one place")
	}
	within := netip.PrefixFrom(first.Addr().Next(), 32)
	next, ok := Choose("shop-default", []netip.Prefix{within})
	if !ok || next.Overlaps(first) {
		t.Errorf("chose %s, a part of which is taken", next)
	}
}

func TestChooseFindsTheLastOne(t *testing.T) {
	var taken []netip.Prefix
	for {
		p, ok := Choose("shop-default", taken)
		if !ok {
			break
		}
		if overlaps(p, taken) || !pool.Overlaps(p) {
			t.Fatalf("%s is taken or not ours", p)
		}
		// A quarter of the pool at once, the last one by one.
		if wide := netip.PrefixFrom(p.Addr(), pool.Bits()+2).Masked(); !overlaps(wide, taken) && len(taken) < 3 {
			p = wide
		} else if wide := netip.PrefixFrom(p.Addr(), 18).Masked(); !overlaps(wide, taken) {
			p = wide
		}
		taken = append(taken, p)
	}
	if !slices.ContainsFunc(taken, func(p netip.Prefix) bool { return p.Bits() == pool.Bits()+2 }) || len(taken) != 3+1<<(18-pool.Bits()-2) {
		t.Errorf("gave up after %d", len(taken))
	}
}

func TestHalves(t *testing.T) {
	for _, test := range []struct{ subnet, gateway, dynamic, first, last string }{
		{"10.128.8.0/21", "10.128.8.1", "10.128.8.0/22", "10.128.12.0", "10.128.15.254"},
		{"192.168.0.77/29", "192.168.0.73", "192.168.0.72/30", "192.168.0.76", "192.168.0.78"},
	} {
		subnet := netip.MustParsePrefix(test.subnet)
		all := slices.Collect(Fixed(subnet))
		if Gateway(subnet).String() != test.gateway || Dynamic(subnet).String() != test.dynamic ||
			all[0].String() != test.first || all[len(all)-1].String() != test.last {
			t.Errorf("%s has the gateway %s, the engine's half %s, and ours from %s to %s", subnet, Gateway(subnet), Dynamic(subnet), all[0], all[len(all)-1])
		}
		for _, a := range all {
			if !subnet.Masked().Contains(a) || Dynamic(subnet).Contains(a) {
				t.Errorf("%s is not of our half of %s", a, subnet)
			}
		}
	}
	for _, subnet := range []netip.Prefix{{}, netip.MustParsePrefix("fd00::/64")} {
		if all := slices.Collect(Fixed(subnet)); len(all) > 0 {
			t.Errorf("%s has the addresses %v", subnet, all)
		}
	}
}

func desired(specs map[string]string) *state.Desired {
	d := &state.Desired{Recipe: state.Recipe{Name: "shop", Origin: "here"}}
	for _, a := range []string{"network.back", "network.default", "service.api", "service.web", "job.migrate", "image.app"} {
		if spec, ok := specs[a]; ok {
			parsed, _ := addr.Parse(a)
			d.Resources = append(d.Resources, &state.Resource{Addr: parsed, Spec: json.RawMessage(spec)})
		}
	}
	return d
}

func TestWanted(t *testing.T) {
	const onBack = `{"networks":[{"ref":"network.back"}]}`
	back := addr.New("network", "back")
	for name, test := range map[string]struct {
		specs map[string]string
		want  []addr.Addr
	}{
		"nothing runs":                {map[string]string{"image.app": `{}`}, nil},
		"some names none":             {map[string]string{"network.back": `{}`, "service.web": onBack, "job.migrate": `{}`}, []addr.Addr{back, Default}},
		"all name one":                {map[string]string{"network.back": `{}`, "service.web": onBack}, []addr.Addr{back}},
		"the default one has a block": {map[string]string{"network.default": `{}`, "service.web": `{"networks":[]}`}, []addr.Addr{Default}},
	} {
		if got := Wanted(desired(test.specs)); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestLayout(t *testing.T) {
	d := desired(map[string]string{"network.back": `{}`, "service.web": `{}`, "service.api": `{"networks":[{"ref":"network.back"}]}`})
	taken, _ := Choose("shop-default", nil) // by a stranger
	stands := netip.MustParsePrefix("10.9.0.0/24")
	o := &state.Observed{}
	world.SetFacts(o, &world.Known{Networks: []engine.Network{{Name: "shop-back", Subnet: stands}, {Name: "stranger", Subnet: taken}}})
	nets := Layout(d, o)
	back, own := nets[addr.New("network", "back")], nets[Default]
	if !back.Exists || back.Subnet != stands || back.Name != "shop-back" {
		t.Errorf("what stands is %+v", back)
	}
	if own.Exists || own.Name != "shop-default" || !own.Subnet.IsValid() || own.Subnet.Overlaps(taken) {
		t.Errorf("what is new is %+v beside %s", own, taken)
	}
	if got := Of(nil, nets); len(got) != 1 || got[0] != own {
		t.Errorf("a container that names no network is on %+v", got)
	}
	if got := Of([]state.Ref{{Addr: "network.back"}, {Addr: "network.default"}}, nets); !slices.Equal(got, []Net{back, own}) {
		t.Errorf("one that names two is on %+v", got)
	}
}

// A network that somebody made anew with other settings is told, as drift where the last apply is known, and as a note
// always: nothing can be done about it in place.
func TestMadeOtherwise(t *testing.T) {
	t.Parallel()
	back := addr.New("network", "back")
	d := desired(map[string]string{"network.back": `{"internal":true}`})
	for _, internal := range []bool{true, false} {
		stands := engine.Network{Name: "shop-back", Internal: internal, Subnet: netip.MustParsePrefix("10.9.0.0/24")}
		o := &state.Observed{Objects: []state.Object{{Addr: back, Type: "network", Name: "shop-back", Spec: json.RawMessage(`{"internal":true}`), Data: stands}}}
		world.SetFacts(o, &world.Known{Networks: []engine.Network{stands}})
		for _, recorded := range []*state.Recorded{nil, {Resources: map[string]json.RawMessage{"network.back": json.RawMessage(`{"internal":true}`)}}} {
			result, diags := Kind{}.Diff(kind.Input{Desired: d, Observed: o, Recorded: recorded, Mode: kind.Apply})
			if diags.HasErrors() || len(result.Steps) > 0 || internal == (len(result.Notes) > 0) || (!internal && recorded != nil) != (len(result.Drift) > 0) {
				t.Errorf("internal %v, recorded %v: %v %+v", internal, recorded != nil, diags, result)
			}
		}
	}
}
