package state_test

import (
	"encoding/json"
	"errors"
	"maps"
	"testing"

	"github.com/deployrecipe/recipe/eval/state"
)

func TestTextRoundTrip(t *testing.T) {
	for _, want := range []state.Text{
		{}, {Plain: "plain"}, {Plain: `{"secret": "no"}`},
		{Secret: "env.TOKEN"}, {Secret: "env.TOKEN", Version: 3},
	} {
		data, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got := state.Text{Plain: "left over", Secret: "left.over", Version: 7}
		if err := json.Unmarshal(data, &got); err != nil || got != want {
			t.Errorf("%s reads back as %+v, %v; want %+v", data, got, err, want)
		}
	}
}

func TestTextRefuses(t *testing.T) {
	for _, text := range []string{`{}`, `{"secret": ""}`, `{"secret": 1}`, `7`, `["a"]`} {
		var got state.Text
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s is read as %+v", text, got)
		}
	}
}

func TestReveal(t *testing.T) {
	refused := errors.New("refused")
	lookup := func(path string) (string, error) {
		if path == "env.TOKEN" {
			return "s3cret", nil
		}
		return "", refused
	}
	if got, err := (state.Text{Plain: "env.TOKEN"}).Reveal(lookup); got != "env.TOKEN" || err != nil {
		t.Errorf("plain text is revealed as %q, %v", got, err)
	}
	if got, err := (state.Text{Secret: "env.TOKEN"}).Reveal(lookup); got != "s3cret" || err != nil {
		t.Errorf("a secret is revealed as %q, %v", got, err)
	}
	if _, err := (state.Text{Secret: "env.OTHER"}).Reveal(lookup); !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
}

// What looks like a secret and is none is a map of variables that has one by that name.
func TestVersions(t *testing.T) {
	for spec, want := range map[string]map[string]int{
		``:                                     {},
		`{"env":{"A":"plain"}}`:                {},
		`{"env":{"secret":"a","B":"b"}}`:       {},
		`{"env":{"SECRET":"a"}}`:               {},
		`{"env":{"secret":"a","version":"3"}}`: {},
		`{"env":{"A":{"secret":"env.A"},"secret":{"secret":"env.secret","version":2}}}`:      {"env.A": 0, "env.secret": 2},
		`{"file":{"/a":{"content":{"secret":"file./a.content","version":4},"mode":"0444"}}}`: {"file./a.content": 4},
		`{"steps":[{"run":{"secret":{"secret":"steps.0.run.secret","version":1}}}]}`:         {"steps.0.run.secret": 1},
	} {
		if got := state.Versions(json.RawMessage(spec)); !maps.Equal(got, want) {
			t.Errorf("%s has the versions %v, want %v", spec, got, want)
		}
	}
}

func TestSetVersions(t *testing.T) {
	versions := map[string]int{"env.A": 2, "file./a.content": 1}
	for _, test := range []struct{ spec, want string }{
		{``, ``},
		{`{"env":{"A":{"secret":"env.A"}}}`, `{"env":{"A":{"secret":"env.A","version":2}}}`},
		{`{"env":{"A":{"secret":"env.A","version":9}}}`, `{"env":{"A":{"secret":"env.A","version":2}}}`},
		{`{"env":{"B":{"secret":"env.B","version":9}}}`, `{"env":{"B":{"secret":"env.B","version":9}}}`},
		{`{"b":1,"a":[{"x":{"secret":"file./a.content"}}],"c":"<&>"}`, `{"a":[{"x":{"secret":"file./a.content","version":1}}],"b":1,"c":"<&>"}`},
		{`{"env":{"A":{"secret":"env.A"},"SECRET":"x","secret":"y"}}`, `{"env":{"A":{"secret":"env.A","version":2},"SECRET":"x","secret":"y"}}`},
	} {
		if got := state.SetVersions(json.RawMessage(test.spec), versions); string(got) != test.want {
			t.Errorf("%s becomes\n%s, want\n%s", test.spec, got, test.want)
		}
	}
}
