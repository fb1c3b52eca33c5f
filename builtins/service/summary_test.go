package service

import (
	"encoding/json"
	"testing"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/eval/plan"
)

// What a plan says of a field is what the release's digest does.
func TestForces(t *testing.T) {
	for _, test := range []struct{ before, after string }{
		{`{"image":"a"}`, `{"image":"a","env":{"A":"b"}}`},
		{`{"image":"a"}`, `{"image":"a","count":2}`},
		{`{"image":"a"}`, `{"image":"a","restart":"always"}`},
		{`{"image":"a"}`, `{"image":"a","limits":{"memory":1}}`},
		{`{"image":"a"}`, `{"image":"a","depends_on":[{"ref":"service.b"}]}`},
		{`{"image":"a"}`, `{"image":"a","health":{"http":{"port":1}}}`},
		{`{"health":{"http":{"port":1},"interval":"1s"}}`, `{"health":{"http":{"port":1},"interval":"2s"}}`},
		{`{"health":{"exec":["a"],"interval":"1s"}}`, `{"health":{"exec":["a"],"interval":"2s"}}`},
		{`{"health":{"exec":["a"],"start_timeout":"1s"}}`, `{"health":{"exec":["a"],"start_timeout":"2s"}}`},
		{`{"health":{"exec":["a"]}}`, `{"health":{"exec":["b"]}}`},
		{`{"expose":{"a":{"port":1}}}`, `{"expose":{"a":{"port":2}}}`},
		{`{"expose":{"a":{"port":1,"publish":"1"}}}`, `{"expose":{"a":{"port":2,"publish":"1"}}}`},
		{`{"expose":{"a":{"port":1}}}`, `{"expose":{"a":{"port":1,"publish":"1"}}}`},
	} {
		fields := plan.Fields(json.RawMessage(test.before), json.RawMessage(test.after), nil)
		was, _ := container.Parse(json.RawMessage(test.before))
		is, err := container.Parse(json.RawMessage(test.after))
		if err != nil || len(fields) != 1 {
			t.Fatal(test, fields, err)
		}
		if want := was.Release("x") != is.Release("x"); forces(is, fields[0].Path) != want {
			t.Errorf("from %s to %s, %s makes a new release: %v", test.before, test.after, fields[0].Path, want)
		}
	}
}
