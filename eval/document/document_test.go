package document_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/document"
	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/plan"
)

// written is the JSON of a change whose resource is so afterwards.
func written(t *testing.T, after string) map[string]any {
	t.Helper()
	p := &plan.Plan{Changes: []plan.Change{{Addr: addr.New("service", "web"), Action: plan.Create, After: json.RawMessage(after)}}}
	var out bytes.Buffer
	if err := document.Write(&out, p); err != nil {
		t.Fatal(err)
	}
	var d struct {
		Changes []map[string]any `json:"changes"`
	}
	if err := json.Unmarshal(out.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	return d.Changes[0]
}

func TestSensitiveValuesAreLeftOut(t *testing.T) {
	for _, test := range []struct{ name, spec, plain, marks string }{
		{"none", `{"env":{"A":"1"},"count":2}`, `{"env":{"A":"1"},"count":2}`, `{}`},
		{"in a map", `{"env":{"A":"1","T":{"secret":"env.T","version":3}}}`, `{"env":{"A":"1"}}`, `{"env":{"T":true}}`},
		{"all of a map", `{"env":{"T":{"secret":"env.T"}}}`, `{"env":{}}`, `{"env":{"T":true}}`},
		{"in a list", `{"command":["a",{"secret":"command"},"b"]}`, `{"command":["a",null,"b"]}`, `{"command":[false,true,false]}`},
		{"a whole argument", `{"hostname":{"secret":"hostname"}}`, `{}`, `{"hostname":true}`},
		{"deep", `{"file":{"/a":{"content":{"secret":"file./a.content"},"mode":"0400"}}}`, `{"file":{"/a":{"mode":"0400"}}}`, `{"file":{"/a":{"content":true}}}`},
		{"a map with a key of that name is none", `{"env":{"secret":"x","other":"y"}}`, `{"env":{"secret":"x","other":"y"}}`, `{}`},
		{"a reference stays", `{"image":{"ref":"image.web"}}`, `{"image":{"ref":"image.web"}}`, `{}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := written(t, test.spec)
			for field, want := range map[string]string{"after": test.plain, "after_sensitive": test.marks, "after_unknown": "{}", "before": "null"} {
				var value any
				if err := json.Unmarshal([]byte(want), &value); err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(got[field], value) {
					t.Errorf("%s is %v, want %v", field, got[field], value)
				}
			}
		})
	}
}

// Programs go through lists without asking whether they are there.
func TestListsAreNeverNull(t *testing.T) {
	var out bytes.Buffer
	if err := document.Write(&out, &plan.Plan{Steps: []plan.Step{{ID: "a"}}, Changes: []plan.Change{{}}}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"drift", "undo", "pause", "traffic", "interruptions", "notes", "outputs", "needs", "effects", "fields", "texts"} {
		if !strings.Contains(out.String(), `"`+name+`": []`) {
			t.Errorf("%s is no empty list in\n%s", name, &out)
		}
	}
}

func TestEventsTellSeconds(t *testing.T) {
	for e, want := range map[event.Event]string{
		{Type: event.StepStarted, Step: "a", Title: "<start>"}:           `{"type":"step_started","time":"0001-01-01T00:00:00Z","step":"a","title":"<start>"}`,
		{Type: event.StepDone, Step: "a", Took: 1500 * time.Millisecond}: `{"type":"step_done","time":"0001-01-01T00:00:00Z","step":"a","took_seconds":1.5}`,
		{Type: event.StepFailed, Step: "a", Text: "no", Undo: true}:      `{"type":"step_failed","time":"0001-01-01T00:00:00Z","step":"a","text":"no","took_seconds":0,"undo":true}`,
		{Type: event.Reverting, Group: "web", Text: "put back"}:          `{"type":"reverting","time":"0001-01-01T00:00:00Z","group":"web","text":"put back"}`,
	} {
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(document.EventOf(e)); err != nil || strings.TrimSpace(out.String()) != want {
			t.Errorf("got %s, %v\nwant %s", &out, err, want)
		}
	}
}
