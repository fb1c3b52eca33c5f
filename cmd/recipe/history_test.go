package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/deployrecipe/recipe/builtins/record"
	"github.com/deployrecipe/recipe/eval/state"
)

func entries() []state.Entry {
	return []state.Entry{
		{Time: "2026-11-23T18:00:00Z", Result: "applied", By: "ada@here", Revision: "8c373fb0123456789", Plan: "0123456789ab", Releases: map[string]string{"service.web": "r1", "service.api": "a1"}},
		{Time: "2026-11-23T18:10:00Z", Result: "reverted", By: "bob@there", Revision: "777ef630123456789+dirty", Plan: "1123456789ab", Saved: "sha256:00", Releases: map[string]string{"service.web": "r1", "service.api": "a1"}},
		{Time: "2026-11-23T18:20:00Z", Result: "applied", By: "ada@here", Plan: "2123456789ab", Command: "restart service.web", Releases: map[string]string{"service.web": "r2", "service.api": "a1"}},
		{Time: "2026-11-23T18:30:00Z", Result: "failed", Plan: "3123456789ab"},
	}
}

func TestHistory(t *testing.T) {
	a, _ := testApp()
	var out bytes.Buffer
	a.stdout = &out
	t.Setenv("TZ", "UTC")
	a.printHistory(newHistoryJSON("shop", entries()))
	want := []string{
		"RESULT", "failed", "applied (restart service.web) ada@here - web r2",
		"reverted bob@there 777ef63012+dirty -", "applied ada@here 8c373fb012 api a1, web r1",
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != len(want) {
		t.Fatalf("got\n%s", out.String())
	}
	for i, line := range lines {
		if got := strings.Join(strings.Fields(line), " "); !strings.Contains(got, want[i]) {
			t.Errorf("line %d is %q, without %q", i+1, got, want[i])
		}
	}
}

func TestHistorySchema(t *testing.T) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile("../../spec/history.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var every []state.Entry
	for _, word := range []string{record.Done, record.Reverted, record.Failed, record.RolledBack, record.Paused, record.Promoted, record.Refreshed} {
		every = append(every, state.Entry{Time: "2026-11-23T18:00:00Z", Result: word})
	}
	for _, list := range [][]state.Entry{nil, entries(), every} {
		text, err := json.Marshal(newHistoryJSON("shop", list))
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
	}
}

func TestServicesAndPath(t *testing.T) {
	for line, want := range map[string]string{
		"web":                         "service.web in .",
		"web api ./shop":              "service.web service.api in ./shop",
		"service.web shop/recipe.hcl": "service.web in shop/recipe.hcl",
		`service.web["a/b"]`:          `service.web["a/b"] in .`,
		"use.cache.service.main .":    "use.cache.service.main in .",
		"job.migrate ..":              "job.migrate in ..",
	} {
		services, path, err := servicesAndPath(newRestart(nil), strings.Fields(line))
		if got := strings.Join(services, " ") + " in " + path; err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", line, got, err, want)
		}
	}
	if _, _, err := servicesAndPath(newRestart(nil), []string{"./a", "web"}); err == nil {
		t.Error("a path before a service is no error")
	}
}

func TestHarmless(t *testing.T) {
	for text, want := range map[string]string{
		"plain ä":                 "plain ä",
		"\x1b[1;31mred\x1b[0m":    "red",
		"\x1b]0;title\x07\x1b[2J": `\x1b]0;title\x07\x1b[2J`,
		"a\rb":                    `a\x0db`,
		"\u202egnp.exe":           `\u202egnp.exe`,
	} {
		if got := harmless(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestScaled(t *testing.T) {
	for arg, ok := range map[string]bool{"web=3": true, `web["a=b"]=0`: true, "web": false, "web=-1": false, "web=x": false, "web=1001": false} {
		if _, _, err := scaled(arg); (err == nil) != ok {
			t.Errorf("%s: %v", arg, err)
		}
	}
}
