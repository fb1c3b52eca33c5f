package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/logs"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/evaltest/schematest"
)

func served() proxy.LogEntry {
	return proxy.LogEntry{Time: time.Date(2026, 11, 23, 18, 0, 0, 5e6, time.Local), Group: "web", Service: "web.http", Side: proxy.A, Slot: 1,
		Release: "3fa9c2e1", Client: "10.0.0.7", Method: "GET", Host: "shop.test", Path: "/cart", Status: 200, Bytes: 120, Answer: 11, Total: 12, End: "--"}
}

func TestRequestLines(t *testing.T) {
	for _, c := range []struct {
		name    string
		change  func(*proxy.LogEntry)
		columns int
		dates   bool
		want    string
	}{
		{"an answer", func(*proxy.LogEntry) {}, 0, false, "18:00:00.005 200    12ms  3fa9c2e1  web.http/1  10.0.0.7  GET shop.test/cart"},
		{"with the date", func(*proxy.LogEntry) {}, 0, true, "2026-11-23 18:00:00.005 200    12ms  3fa9c2e1  web.http/1  10.0.0.7  GET shop.test/cart"},
		{"cut", func(*proxy.LogEntry) {}, 72, false, "18:00:00.005 200    12ms  3fa9c2e1  web.http/1  10.0.0.7  GET shop.test…"},
		{"a narrow one", func(*proxy.LogEntry) {}, 10, false, "18:00:00.005 200…"},
		{"nobody to serve it", func(e *proxy.LogEntry) {
			e.Service, e.Side, e.Slot, e.Release, e.Status, e.End = "", "", 0, "", 503, "SC"
		}, 0, false,
			"18:00:00.005 503    12ms  -         -  10.0.0.7  [SC] GET shop.test/cart"},
		{"given up", func(e *proxy.LogEntry) { e.Status, e.End, e.Total = -1, "CH", 1500 }, 0, false,
			"18:00:00.005 ---    1.5s  3fa9c2e1  web.http/1  10.0.0.7  [CH] GET shop.test/cart"},
		{"a connection", func(e *proxy.LogEntry) { e.Method, e.Host, e.Path, e.Status, e.Bytes = "", "", "", 0, 2048 }, 0, false,
			"18:00:00.005 tcp    12ms  3fa9c2e1  web.http/1  10.0.0.7  2KiB"},
		{"what acts on terminals", func(e *proxy.LogEntry) { e.Path = "/\x1b]0;owned\a\n\u202e" }, 0, false,
			`18:00:00.005 200    12ms  3fa9c2e1  web.http/1  10.0.0.7  GET shop.test/\x1b]0;owned\x07\n\u202e`},
	} {
		e := served()
		c.change(&e)
		w := requestWriter{columns: c.columns, dates: c.dates}
		if got := w.line(e); got != c.want {
			t.Errorf("%s:\n%s\nnot\n%s", c.name, got, c.want)
		}
	}
	w := requestWriter{colour: true}
	bad := served()
	bad.Status = 500
	if got := w.line(bad); !strings.Contains(got, " \x1b[31m500\x1b[0m ") || strings.Contains(w.line(served()), "\x1b") {
		t.Errorf("%q", got)
	}
}

// Services and releases choose; a request that found no server is its group's.
func TestRequestsWanted(t *testing.T) {
	none := served()
	none.Service, none.Release = "", ""
	other := served()
	other.Service, other.Group = "use-api.http", "use-api"
	for _, c := range []struct {
		w    requestWriter
		want [3]bool // an answer, one without a server, another service's
	}{
		{requestWriter{}, [3]bool{true, true, true}},
		{requestWriter{services: map[string]bool{"web": true}}, [3]bool{true, true, false}},
		{requestWriter{services: map[string]bool{"use-api": true}}, [3]bool{false, false, true}},
		{requestWriter{release: "3fa9c2e1"}, [3]bool{true, false, true}},
		{requestWriter{release: "00000000"}, [3]bool{false, false, false}},
	} {
		if got := [3]bool{c.w.wanted(served()), c.w.wanted(none), c.w.wanted(other)}; got != c.want {
			t.Errorf("%v of %q: %v, want %v", c.w.services, c.w.release, got, c.want)
		}
	}
}

func TestLogsSchema(t *testing.T) {
	schema := schematest.Compile(t, "../../spec", "logs.schema.json")
	a, _ := testApp()
	var out bytes.Buffer
	a.stdout = &out
	w := requestWriter{app: a, json: true}
	none, connection := served(), served()
	none.Service, none.Side, none.Slot, none.Release, none.Queue, none.Answer, none.Status = "", "", 0, "", -1, -1, -1
	connection.Method, connection.Host, connection.Path, connection.Status = "", "", "", 0
	for _, e := range []proxy.LogEntry{served(), none, connection} {
		if err := w.write(e); err != nil {
			t.Fatal(err)
		}
	}
	l := logWriter{app: a, json: true}
	out.WriteString(l.line(logs.Line{LogLine: engine.LogLine{Time: time.Now(), Stderr: true, Text: "<\x1b>"}, Container: "shop-web-1"}))
	lines := strings.SplitAfter(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d lines:\n%s", len(lines), &out)
	}
	for _, line := range lines {
		schematest.Valid(t, schema, []byte(line))
	}
	if !strings.Contains(lines[3], `"text":"<\u001b>"`) {
		t.Errorf("the text is not as it was written: %s", lines[3])
	}
}
