package state

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/deployrecipe/recipe/eval/addr"
)

func at(t *testing.T, text string) addr.Addr {
	t.Helper()
	a, err := addr.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func moves(t *testing.T) *Moves {
	move := func(from, to string, swap bool) Move { return Move{From: at(t, from), To: at(t, to), Swap: swap} }
	return NewMoves(map[string]*Scope{"": NewScope([]Move{
		move("service.b", "service.c", false), move("service.a", "service.b", false),
		move("service.x", "service.y", true), move("service.y", "service.x", true),
		move("service.app", `service.web["main"]`, false), move("service.old", "service.new", false),
	})})
}

// Moves of whole libraries, and those that libraries declare, in any order of the two.
func TestMovesOfLibraries(t *testing.T) {
	move := func(from, to string, swap bool) Move { return Move{From: at(t, from), To: at(t, to), Swap: swap} }
	lib := NewScope([]Move{move("service.a", "service.b", false), move("use.in", "use.inner", false)})
	other := NewScope([]Move{move("service.b", "service.c", false), move("volume.p", "volume.q", true), move("volume.q", "volume.p", true)})
	m := NewMoves(map[string]*Scope{
		"": NewScope([]Move{
			move("use.cache", "use.store", false), move("use.first", "use.cache", false),
			move(`use.eu`, `use.many["eu"]`, false), move("use.each", "use.every", false),
			move("use.x", "use.y", true), move("use.y", "use.x", true),
			move("use.old.service.b", "use.old.service.c", false), move("use.old", "use.new", false),
			move("use.out.service.b", "service.out", false),
		}),
		"use.store": lib, "use.many": lib, "use.every": lib, "use.x": lib, "use.y": other, "use.out": lib,
		"use.store.use.inner": other,
	})
	for _, tt := range []struct{ a, now, named, label string }{
		{"use.store", "use.store", "use.first", "use.store"},
		{"use.cache.service.a", "use.store.service.b", "use.first.service.a", "use.cache.service.a"},
		{"use.first.volume.v", "use.store.volume.v", "use.first.volume.v", "use.first.volume.v"},
		{"use.store.service.a", "use.store.service.b", "use.first.service.a", "use.store.service.a"},
		{"use.store.service.b", "use.store.service.b", "use.first.service.a", "use.store.service.b"},
		{"use.first.use.in.service.b", "use.store.use.inner.service.c", "use.first.use.in.service.b", "use.first.use.in.service.b"},
		{"use.store.use.inner.service.c", "use.store.use.inner.service.c", "use.first.use.in.service.b", "use.store.use.inner.service.c"},
		{"use.eu.service.a", `use.many["eu"].service.b`, "use.eu.service.a", "use.eu.service.a"},
		{`use.many["eu"].service.b["k"]`, `use.many["eu"].service.b["k"]`, `use.eu.service.a["k"]`, `use.many["eu"].service.b["k"]`},
		{`use.many["us"].service.b`, `use.many["us"].service.b`, `use.many["us"].service.a`, `use.many["us"].service.b`},
		{`use.each["k"].service.z`, `use.every["k"].service.z`, `use.each["k"].service.z`, `use.each["k"].service.z`},
		{`use.every["k"].service.b`, `use.every["k"].service.b`, `use.each["k"].service.a`, `use.every["k"].service.b`},
		{"use.x.service.b", "use.y.service.c", "use.y.service.a", "use.y.service.b"},
		{"use.y.service.c", "use.x.service.c", "use.x.service.b", "use.x.service.c"},
		{"use.y.service.a", "use.x.service.b", "use.x.service.a", "use.x.service.a"},
		{"use.x.volume.p", "use.y.volume.q", "use.y.volume.p", "use.y.volume.p"},
		{"use.y.volume.p", "use.x.volume.p", "use.x.volume.q", "use.x.volume.q"},
		{"use.old.service.b", "use.new.service.c", "use.old.service.b", "use.old.service.b"},
		{"use.new.service.c", "use.new.service.c", "use.old.service.b", "use.new.service.c"},
		{"use.out.service.a", "service.out", "use.out.service.a", "use.out.service.a"},
		{"service.out", "service.out", "use.out.service.a", "service.out"},
	} {
		a := at(t, tt.a)
		got := []string{m.Now(a).String(), m.Named(a).String(), m.Label(a).String()}
		if diff := cmp.Diff([]string{tt.now, tt.named, tt.label}, got); diff != "" {
			t.Errorf("%s now, named, labelled (-want +got):\n%s", tt.a, diff)
		}
		if now := m.Now(a); m.Now(m.Label(now)) != now || m.Now(m.Named(now)) != now {
			t.Errorf("what is made for %s is labelled %s and read as %s, named %s and read as %s",
				now, m.Label(now), m.Now(m.Label(now)), m.Named(now), m.Now(m.Named(now)))
		}
	}
	round := NewMoves(map[string]*Scope{"": NewScope([]Move{move("use.a", "use.b", false), move("use.b.service.x", "use.a.service.x", false)})})
	round.Now(at(t, "use.a.service.x")) // ends
}

func TestMoves(t *testing.T) {
	m := moves(t)
	tests := []struct{ a, now, named, label string }{
		{"service.other", "service.other", "service.other", "service.other"},
		{"service.a", "service.c", "service.a", "service.a"},
		{"service.b", "service.c", "service.a", "service.b"},
		{"service.c", "service.c", "service.a", "service.c"},
		{"service.x", "service.y", "service.y", "service.y"},
		{"service.y", "service.x", "service.x", "service.x"},
		{"service.app", `service.web["main"]`, "service.app", "service.app"},
		{`service.app["k"]`, `service.app["k"]`, `service.app["k"]`, `service.app["k"]`},
		{`service.web["main"]`, `service.web["main"]`, "service.app", `service.web["main"]`},
		{`service.web["more"]`, `service.web["more"]`, `service.web["more"]`, `service.web["more"]`},
		{`service.old["k"]`, `service.new["k"]`, `service.old["k"]`, `service.old["k"]`},
		{`service.new["k"]`, `service.new["k"]`, `service.old["k"]`, `service.new["k"]`},
		{"job.a", "job.a", "job.a", "job.a"},
	}
	for _, tt := range tests {
		a := at(t, tt.a)
		got := []string{m.Now(a).String(), m.Named(a).String(), m.Label(a).String()}
		if diff := cmp.Diff([]string{tt.now, tt.named, tt.label}, got); diff != "" {
			t.Errorf("%s now, named, labelled (-want +got):\n%s", tt.a, diff)
		}
		if now := m.Now(a); m.Now(m.Label(now)) != now {
			t.Errorf("what is made for %s is labelled %s, and read as %s", now, m.Label(now), m.Now(m.Label(now)))
		}
		var none *Moves
		if none.Now(a) != a || none.Named(a) != a || none.Label(a) != a {
			t.Errorf("%s moved where nothing does", a)
		}
	}
}

func TestApplyMoves(t *testing.T) {
	m := moves(t)
	record := func() *Recorded {
		return &Recorded{
			Resources: map[string]json.RawMessage{"service.b": json.RawMessage(`{"to":{"port":"p","ref":"service.x"}}`), "not an address": nil},
			Contexts:  map[string]Manifest{"service.app": {"f": "1"}},
			Jobs:      map[string]string{"service.a": "old", "service.c": "own"},
			History:   []Entry{{Releases: map[string]string{"service.x": "1", "service.y": "2"}}},
		}
	}
	o := &Observed{Objects: []Object{
		{Addr: at(t, "service.b"), Spec: json.RawMessage(`{"env":{"ref":"service.b"},"list":[{"ref":"service.a"},{"ref":"not one"},{"more":1,"ref":"service.a"}]}`)},
		{Addr: at(t, "service.c")},
	}}
	r := record()
	m.Apply(o, r)
	want := &Observed{
		Objects: []Object{
			{Addr: at(t, "service.c"), Spec: json.RawMessage(`{"env":{"ref":"service.c"},"list":[{"ref":"service.c"},{"ref":"not one"},{"more":1,"ref":"service.a"}]}`)},
			{Addr: at(t, "service.c")},
		},
		Moved: []Move{
			{From: at(t, "service.a"), To: at(t, "service.c")}, {From: at(t, "service.app"), To: at(t, `service.web["main"]`)},
			{From: at(t, "service.b"), To: at(t, "service.c")},
			{From: at(t, "service.x"), To: at(t, "service.y")}, {From: at(t, "service.y"), To: at(t, "service.x")},
		},
	}
	if diff := cmp.Diff(want, o, cmpopts.IgnoreUnexported(Observed{})); diff != "" {
		t.Errorf("observed (-want +got):\n%s", diff)
	}
	wantRecord := &Recorded{
		Resources: map[string]json.RawMessage{"service.c": json.RawMessage(`{"to":{"port":"p","ref":"service.y"}}`), "not an address": nil},
		Contexts:  map[string]Manifest{`service.web["main"]`: {"f": "1"}},
		Jobs:      map[string]string{"service.c": "own"},
		History:   []Entry{{Releases: map[string]string{"service.y": "1", "service.x": "2"}}},
	}
	if diff := cmp.Diff(wantRecord, r); diff != "" {
		t.Errorf("recorded (-want +got):\n%s", diff)
	}
	kept := m.Kept(*r)
	m.Apply(&Observed{}, &kept)
	if diff := cmp.Diff(wantRecord, &kept); diff != "" {
		t.Errorf("written and read again (-want +got):\n%s", diff)
	}
}
