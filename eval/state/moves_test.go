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
	return NewMoves([]Move{
		move("service.b", "service.c", false), move("service.a", "service.b", false),
		move("service.x", "service.y", true), move("service.y", "service.x", true),
		move("service.app", `service.web["main"]`, false), move("service.old", "service.new", false),
	})
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
