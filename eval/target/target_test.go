package target

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/evaltest/random"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// shop is a recipe: a web service behind a port that needs a job and a network, an api that switches with it, a worker,
// and two instances of a library. An old service stands that nothing wants, and one was recorded.
func shop() Input {
	at := func(text string) addr.Addr {
		a, err := addr.Parse(text)
		if err != nil {
			panic(err)
		}
		return a
	}
	d := &state.Desired{Recipe: state.Recipe{Name: "shop", Moved: state.NewMoves(map[string]*state.Scope{
		"": state.NewScope([]state.Move{{From: at("service.lumpen"), To: at("service.worker")}}),
	})}}
	want := func(text string, needs ...string) {
		r := &state.Resource{Addr: at(text)}
		for _, need := range needs {
			r.Needs = append(r.Needs, at(need))
		}
		d.Resources = append(d.Resources, r)
	}
	want("network.back")
	want("job.migrate", "network.back")
	want("service.web", "job.migrate", "network.back")
	want("service.api", "network.back")
	want("service.worker")
	want("port.web", "service.web")
	for _, key := range []string{"eu", "us"} {
		want(`use.store["` + key + `"].volume.data`)
		want(`use.store["`+key+`"].service.main`, `use.store["`+key+`"].volume.data`)
	}
	return Input{
		Desired:   d,
		Observed:  &state.Observed{Objects: []state.Object{{Type: "container", Addr: at("service.old")}, {Type: "container", Addr: at("service.web")}}},
		Recorded:  &state.Recorded{Resources: map[string]json.RawMessage{"service.gone": nil, "nonsense": nil}},
		Joins:     []kind.Join{{Of: at("service.web"), With: at("service.api"), Why: "they switch together"}, {Of: at("service.api"), With: at("service.web"), Why: "they switch together"}},
		Renewable: []string{"service", "job"},
	}
}

func TestSelect(t *testing.T) {
	const stores = `use.store["eu"].service.main use.store["eu"].volume.data use.store["us"].service.main use.store["us"].volume.data`
	for _, test := range []struct {
		name    string
		options Options
		want    string // the part, of wanted and standing addresses
		added   string // with reasons
	}{
		{"one alone", Options{Targets: []string{"service.worker"}}, "service.worker", ""},
		{"with what it needs", Options{Targets: []string{"job.migrate"}}, "job.migrate network.back", "network.back: job.migrate needs it"},
		{"with what it switches with", Options{Targets: []string{"service.api"}}, "job.migrate network.back service.api service.web",
			"job.migrate: service.web needs it; network.back: service.api needs it; service.web: they switch together"},
		{"whoever needs it stays out", Options{Targets: []string{"service.web"}}, "job.migrate network.back service.api service.web",
			"job.migrate: service.web needs it; network.back: service.web needs it; service.api: they switch together"},
		{"of before a move", Options{Targets: []string{"service.lumpen"}}, "service.worker", ""},
		{"what stands alone", Options{Targets: []string{"service.old"}}, "service.old", ""},
		{"what is recorded alone", Options{Targets: []string{"service.gone"}}, "service.gone", ""},
		{"a kind, in libraries too", Options{Targets: []string{"volume"}}, `use.store["eu"].volume.data use.store["us"].volume.data`, ""},
		{"any letters", Options{Targets: []string{"service.*r"}}, "service.worker", ""},
		{"one letter", Options{Targets: []string{"service.ol?"}}, "service.old", ""},
		{"a library", Options{Targets: []string{"use.store"}}, stores, ""},
		{"an instance of one", Options{Targets: []string{`use.store["eu"]`}}, `use.store["eu"].service.main use.store["eu"].volume.data`, ""},
		{"instances by their letters", Options{Targets: []string{`use.store["?u"].service.main`}}, `use.store["eu"].service.main use.store["eu"].volume.data`,
			`use.store["eu"].volume.data: use.store["eu"].service.main needs it`},
		{"several", Options{Targets: []string{"service.old", "service.worker"}}, "service.old service.worker", ""},
		{"all but one", Options{Excludes: []string{"service.worker"}},
			"job.migrate network.back port.web service.api service.gone service.old service.web " + stores, ""},
		{"with whoever needs it", Options{Excludes: []string{"job.migrate"}}, "network.back service.gone service.old service.worker " + stores,
			"port.web: it needs service.web, or changes with it; service.api: it needs service.web, or changes with it; service.web: it needs job.migrate, or changes with it"},
		{"all", Options{Replaces: []string{"service.web"}},
			"job.migrate network.back port.web service.api service.gone service.old service.web service.worker " + stores, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := shop()
			in.Options = test.options
			s, diags := Select(in)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			if got := part(s, in, true); got != test.want {
				t.Errorf("the part is\n%s, want\n%s", got, test.want)
			}
			var added []string
			for _, a := range s.Added {
				added = append(added, a.Addr.String()+": "+a.Why)
			}
			if got := strings.Join(added, "; "); got != test.added {
				t.Errorf("added is\n%s, want\n%s", got, test.added)
			}
			var out []string
			for _, a := range s.LeftOut {
				out = append(out, a.String())
			}
			if got := strings.Join(out, " "); !in.Whole() && got != part(s, in, false) {
				t.Errorf("left out is %s, want %s", got, part(s, in, false))
			}
			for _, r := range s.Narrow(in.Desired).Resources {
				if !s.Has(r.Addr) {
					t.Errorf("%s is wanted of the part and not in it", r.Addr)
				}
			}
		})
	}
}

// part writes the addresses that are in a part, or out of it.
func part(s *Selection, in Input, inside bool) string {
	var all []string
	for a := range known(in) {
		if s.Has(a) == inside {
			all = append(all, a.String())
		}
	}
	slices.SortFunc(all, func(a, b string) int {
		x, _ := addr.Parse(a)
		y, _ := addr.Parse(b)
		return addr.Compare(x, y)
	})
	return strings.Join(all, " ")
}

// What only the edge tells of is decided by the options themselves.
func TestHasTheUnknown(t *testing.T) {
	stranger := addr.New("port", "old")
	for _, test := range []struct {
		options Options
		want    bool
	}{
		{Options{}, true},
		{Options{Targets: []string{"service.web"}}, false},
		{Options{Targets: []string{"port"}}, true},
		{Options{Excludes: []string{"service.web"}}, true},
		{Options{Excludes: []string{"port.*"}}, false},
	} {
		in := shop()
		in.Options = test.options
		s, diags := Select(in)
		if diags.HasErrors() || s.Has(stranger) != test.want {
			t.Errorf("%+v: %v, %v", test.options, s.Has(stranger), diags)
		}
	}
	if !(&Selection{}).Has(stranger) {
		t.Error("the zero selection is not the whole recipe")
	}
}

func TestAgain(t *testing.T) {
	in := shop()
	in.Options = Options{Replaces: []string{"service.web", "job.*"}}
	s, diags := Select(in)
	web, migrate, api := addr.New("service", "web"), addr.New("job", "migrate"), addr.New("service", "api")
	if diags.HasErrors() || !s.Again(web) || !s.Again(migrate) || s.Again(api) {
		t.Errorf("again: %v %v %v, %v", s.Again(web), s.Again(migrate), s.Again(api), diags)
	}
}

func TestRefused(t *testing.T) {
	for _, test := range []struct {
		options Options
		code    diag.Code
		want    string
	}{
		{Options{Targets: []string{"service.wep"}}, diag.UnknownReference, "Did you mean service.web?"},
		{Options{Targets: []string{"use.stoer"}}, diag.UnknownReference, "Did you mean use.store?"},
		{Options{Excludes: []string{"nothing.like.it"}}, diag.InvalidValue, "is no address"},
		{Options{Targets: []string{"service.[a"}}, diag.InvalidValue, "is no address"},
		{Options{Targets: []string{""}}, diag.InvalidValue, "is no address"},
		{Options{Replaces: []string{"network.back"}}, diag.InvalidValue, "has releases"},
		{Options{Replaces: []string{"service.old"}}, diag.InvalidValue, "names nothing that is wanted"},
		{Options{Targets: []string{"service.worker"}, Replaces: []string{"service.web"}}, diag.InvalidValue, "which is left out of the plan"},
	} {
		in := shop()
		in.Options = test.options
		_, diags := Select(in)
		if len(diags) == 0 || diag.CodeOf(diags[0]) != test.code || !strings.Contains(diags[0].Detail, test.want) {
			t.Errorf("%+v: %v, want %s with %q", test.options, diags, test.code, test.want)
		}
	}
}

// TestPartsAreClosed holds for any graph that no part lacks what something of it needs or changes with, and that what
// two complementary options say is one part and all the rest only where nothing leads across.
func TestPartsAreClosed(t *testing.T) {
	random.Check(t, func(t *rapid.T) {
		in := Input{Desired: &state.Desired{}, Observed: &state.Observed{}, Recorded: &state.Recorded{}}
		n := rapid.IntRange(1, 8).Draw(t, "resources")
		name := func(i int) addr.Addr { return addr.New("service", string(rune('a'+i))) }
		for i := range n {
			r := &state.Resource{Addr: name(i)}
			for j := range i {
				if rapid.IntRange(0, 3).Draw(t, "needs") == 0 {
					r.Needs = append(r.Needs, name(j))
				}
			}
			in.Desired.Resources = append(in.Desired.Resources, r)
		}
		for range rapid.IntRange(0, 3).Draw(t, "joins") {
			in.Joins = append(in.Joins, kind.Join{Of: name(rapid.IntRange(0, n-1).Draw(t, "of")), With: name(rapid.IntRange(0, n-1).Draw(t, "with"))})
		}
		names := []string{name(rapid.IntRange(0, n-1).Draw(t, "named")).String()}
		out := rapid.Bool().Draw(t, "excluded")
		if out {
			in.Excludes = names
		} else {
			in.Targets = names
		}
		s, diags := Select(in)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		if a, _ := addr.Parse(names[0]); s.Has(a) == out {
			t.Fatalf("%s is named, and in the part: %v", a, s.Has(a))
		}
		for from, list := range links(in) {
			for _, l := range list {
				if s.Has(from) && !s.Has(l.to) {
					t.Fatalf("%s is in the part without %s", from, l.to)
				}
			}
		}
		for _, a := range s.Added {
			if s.Has(a.Addr) == out {
				t.Fatalf("%s was added, and is in the part: %v", a.Addr, s.Has(a.Addr))
			}
		}
	})
}
