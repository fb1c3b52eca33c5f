package render_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/evaltest/golden"
	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/render"
	"github.com/deployrecipe/recipe/eval/state"
)

func text(t *testing.T, p *plan.Plan, o render.Options) string {
	t.Helper()
	var out strings.Builder
	if err := render.Text(&out, p, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func raw(text string) json.RawMessage { return json.RawMessage(text) }

// release is the plan of an everyday deploy.
func release() *plan.Plan {
	web, image, migrate := addr.New("service", "web"), addr.New("image", "web"), addr.New("job", "migrate")
	source := plan.Cause{Why: "app/main.go changed"}
	env := plan.Cause{Why: "env.RELEASE changed", File: "recipe.hcl", Line: 12, Links: []state.Link{{Name: "local.tag"}, {Name: "var.release", Depth: 1, Source: "--var"}}}
	content := plan.Cause{Why: "image.web has new content"}
	p := &plan.Plan{Format: plan.Format, Recipe: state.Recipe{Name: "shop"}}
	p.Changes = []plan.Change{
		{Addr: image, Action: plan.Update, Summary: "shop/web:3fa9c2e1, was 77aa01bc", Cause: source, Texts: []plan.Text{
			{Name: "Dockerfile", Before: "FROM golang:1.25 AS build\nWORKDIR /src\nCOPY . .\nRUN go build -o /out/web\n\nFROM scratch\nCOPY --from=build /out/web /web\nENTRYPOINT [\"/web\"]\n",
				After: "FROM golang:1.26 AS build\nWORKDIR /src\nCOPY . .\nRUN go build -o /out/web\n\nFROM scratch\nCOPY --from=build /out/web /web\nEXPOSE 8080\nENTRYPOINT [\"/web\"]\n"},
		}},
		{Addr: migrate, Action: plan.Run, Summary: "once for 3fa9c2e1", Cause: content},
		{Addr: web, Action: plan.Replace, Summary: "3fa9c2e1, was 77aa01bc: image content, env.RELEASE", Cause: env, Fields: []plan.Field{
			{Path: "env.RELEASE", Before: raw(`"1.0"`), After: raw(`"1.1"`), Forces: true, Cause: env},
			{Path: "env.TOKEN", Sensitive: true, Forces: true},
			{Path: "limits.memory", Before: raw("268435456"), After: raw("536870912"), Drift: true},
			{Path: "health.start_timeout", Before: raw(`"1m0s"`), After: raw(`"1h30m0s"`)},
			{Path: "networks", After: raw(`[{"ref":"network.backend"}]`)},
			{Path: "command", Before: raw(`["serve","--listen","0.0.0.0:8080","--workers","4"]`), After: raw(`["serve","--listen","0.0.0.0:8080","--workers","8"]`)},
		}},
		{Addr: addr.New("volume", "uploads"), Action: plan.Create, Summary: "shop-uploads", Cause: plan.Cause{Why: "volume.uploads is new", File: "recipe.hcl", Line: 30}},
		{Addr: addr.New("service", "old"), Action: plan.Delete, Summary: "shop-old-11223344-1", Cause: plan.Cause{Why: "service.old is no longer in the recipe"}},
	}
	p.Steps = []plan.Step{
		{ID: "build", Addr: image, Title: "build shop/web:3fa9c2e1", Cause: source, Limit: 10 * time.Minute, Early: true},
		{ID: "migrate", Addr: migrate, Title: "run migrate", Group: "web", Cause: content, Wait: "until it exits with 0", Within: 10 * time.Minute, Limit: 10 * time.Minute, Irreversible: "a job is not taken back"},
		{ID: "start", Addr: web, Title: "start shop-web-3fa9c2e1-1", Group: "web", Cause: env, Undo: []plan.ID{"stop-new"}, Limit: 2 * time.Minute, Needs: []plan.ID{"build", "migrate"}},
		{ID: "check", Addr: web, Title: "check shop-web-3fa9c2e1-1", Group: "web", Cause: env, Needs: []plan.ID{"start"}, Wait: "until GET /up answers 200", Within: time.Minute, Limit: time.Minute},
		{ID: "shift", Addr: web, Title: "send 100% to 3fa9c2e1", Group: "web", Cause: env, Undo: []plan.ID{"back"}, Commit: true, Limit: time.Minute, Needs: []plan.ID{"check"}},
		{ID: "drain", Addr: web, Title: "drain 77aa01bc", Group: "web", Cause: env, Wait: "until no request is left", Within: 30 * time.Second, Limit: 30 * time.Second},
		{ID: "stop", Addr: web, Title: "stop shop-web-77aa01bc-1", Group: "web", Cause: env, Limit: 30 * time.Second},
	}
	p.Undo = []plan.Step{{ID: "stop-new", Title: "stop shop-web-3fa9c2e1-1"}, {ID: "back", Title: "send 100% to 77aa01bc"}}
	p.Notes = []plan.Note{{Addr: addr.New("image", "db"), Text: "postgres:16 has a newer digest; take it with --upgrade"}}
	p.Outputs = []state.Output{{Name: "address", Value: raw(`"http://localhost:8080"`)}, {Name: "key", Sensitive: true}}
	return p
}

func TestPlan(t *testing.T) {
	golden.Check(t, "testdata/release.txt", text(t, release(), render.Options{}))
}

func TestPlanNarrow(t *testing.T) {
	p := release()
	p.Steps = nil
	golden.Check(t, "testdata/narrow.txt", text(t, p, render.Options{Width: 60}))
}

func TestPlanFull(t *testing.T) {
	p := release()
	p.Changes = p.Changes[:1]
	p.Pause = []plan.Pausing{{Group: "web", After: "web/shift", Note: "web/note"}}
	golden.Check(t, "testdata/full.txt", text(t, p, render.Options{Full: true}))
}

func TestInterruption(t *testing.T) {
	p := release()
	p.Changes = p.Changes[3:4]
	p.Steps = p.Steps[:1]
	p.Interruptions = []plan.Interruption{
		{Group: "db", Held: true, Bound: 15 * time.Second, Why: "volume.data is exclusive"},
		{Group: "smtp", Bound: 2 * time.Minute, Why: "service.smtp publishes 25 itself"},
	}
	golden.Check(t, "testdata/interruption.txt", text(t, p, render.Options{}))
}

// Colours as what they are, so that review sees them.
func TestColor(t *testing.T) {
	p := release()
	p.Steps = p.Steps[:1]
	p.Changes = p.Changes[2:4]
	p.Changes[0].Fields = p.Changes[0].Fields[:2]
	p.Notes, p.Outputs = nil, nil
	golden.Check(t, "testdata/color.txt", strings.ReplaceAll(text(t, p, render.Options{Color: true}), "\x1b", "ESC"))
}

func TestEmpty(t *testing.T) {
	p := &plan.Plan{Recipe: state.Recipe{Name: "shop"}}
	if got := text(t, p, render.Options{}); got != "No changes. shop is as its recipe says.\n" {
		t.Errorf("got %q", got)
	}
}

// Whatever text a plan holds, none of it may act on the terminal.
func TestTextIsNeutralised(t *testing.T) {
	evil := "a\x1b[31m\r\x07\u202eb\u0085\xff"
	p := release()
	p.Recipe.Name = evil
	c := &p.Changes[2]
	c.Summary, c.Cause.Why, c.Cause.File, c.Cause.Links = evil, evil, evil, []state.Link{{Name: evil, Source: evil, In: evil, Value: raw(`"\u001b[2J"`)}, {Name: "var.x", Source: evil, Value: raw(`"\u001b[2J"`)}}
	c.Addr.Key = evil
	c.Fields[0].Path = evil
	c.Fields[0].After, _ = json.Marshal(evil)
	c.Texts = []plan.Text{{Name: evil, Before: "x", After: evil}}
	p.Steps[1].Title, p.Steps[1].Wait, p.Steps[1].Group, p.Steps[1].Irreversible = evil, evil, evil, evil
	p.Notes[0].Text, p.Outputs[0].Name = evil, evil
	p.Interruptions = []plan.Interruption{{Group: evil, Why: evil}}
	c.Fields = append(c.Fields, plan.Field{Path: "a", Before: raw(`"{\"k\": 1}"`), After: plan.Raw(`{"k": "` + "\x1b\u202e" + `"}`)},
		plan.Field{Path: "b", Before: plan.Raw("x\ny" + evil), After: plan.Raw(evil + "\nz")})
	p.Drift = []plan.Drift{{Addr: c.Addr, Object: evil, What: evil, Then: evil}, {Addr: c.Addr, Object: evil, Path: evil, Now: plan.Raw(evil)}}
	got := text(t, p, render.Options{Full: true})
	known := render.Known{Source: func(string) []byte { return []byte(strings.Repeat(evil+"\n", 40)) }}
	for _, about := range []string{c.Addr.String(), "1", "2"} {
		var out strings.Builder
		if _, ok, err := render.Explain(&out, p, about, known, render.Options{Full: true}); !ok || err != nil {
			t.Errorf("%q is not explained: %v", about, err)
		}
		got += out.String()
	}
	if i := strings.IndexAny(got, "\x1b\r\x07\u202e\u0085"); i >= 0 || strings.Contains(got, "\xff") {
		t.Errorf("a control character got through at %d: %q", i, got[max(0, i-20):i+5])
	}
}

func TestProgress(t *testing.T) {
	var out strings.Builder
	p := release()
	progress := render.NewProgress(&out, p, render.Options{})
	began := time.Unix(1000, 0)
	send := func(after time.Duration, kind event.Type, n int, text string, took time.Duration) {
		s := p.Steps[n]
		progress.Sink(event.Event{Time: began.Add(after), Type: kind, Step: s.ID, Addr: s.Addr.String(), Title: s.Title, Group: s.Group, Text: text, Took: took})
	}
	const ms = time.Millisecond
	send(0, event.StepStarted, 0, "", 0)
	send(500*ms, event.StepProgress, 0, "#1 FROM golang:1.26", 0)
	send(600*ms, event.StepProgress, 0, "#2 WORKDIR /src", 0)
	send(1700*ms, event.StepProgress, 0, "#3 COPY \x1b[2J", 0)
	send(4100*ms, event.StepDone, 0, "", 4100*ms)
	send(4100*ms, event.StepStarted, 3, "", 0)
	send(5000*ms, event.StepProgress, 3, "connection refused", 0)
	send(5500*ms, event.StepProgress, 3, "503 warming up", 0)
	send(64100*ms, event.StepFailed, 3, "took longer than its limit of 60s: GET /up answers 503\nlast line of the container's log", time.Minute)
	send(64100*ms, event.StepSkipped, 4, "", 0)
	progress.Sink(event.Event{Time: began.Add(64100 * ms), Type: event.Reverting, Group: "web", Text: "stop shop-web-3fa9c2e1-1"})
	progress.Sink(event.Event{Time: began.Add(64400 * ms), Type: event.StepDone, Step: "stop-new", Title: "stop shop-web-3fa9c2e1-1", Undo: true, Took: 300 * ms})
	golden.Check(t, "testdata/progress.txt", out.String())
}
