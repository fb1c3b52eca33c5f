package haproxy

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// logging are the directives of a port's access log: a line of JSON for each request, or connection in tcp mode, to
// standard output, which HAProxy writes without waiting for whoever reads it. Workers share it, so that a reload takes
// no line along. A request's query and headers, which may hold secrets, are not in it.
//
// Times are in milliseconds, and -1 where that part of a request was not reached: in the queue, connecting, until the
// server's answer began, and in all. What ended a request is in HAProxy's words.
func logging(mode proxy.Mode) []string {
	common := `"time":%[date(0,ms)],"group":"%[var(txn.group)]","release":"%[var(txn.release)]","backend":"%b","server":"%s","client":"%ci",`
	format := `log-format '{` + common + `"bytes":%B,"queue":%Tw,"connect":%Tc,"total":%Tt,"end":"%ts"}'`
	if mode == proxy.HTTP {
		format = `log-format '{` + common + `"method":"%HM","host":"%[var(txn.host),json(utf8s)]","path":"%[var(txn.path),bytes(0,512),json(utf8s)]",` +
			`"status":%ST,"bytes":%B,"queue":%Tw,"connect":%Tc,"answer":%Tr,"total":%Ta,"end":"%ts"}'`
	}
	return []string{"log stdout len 4096 format raw local0 info", format}
}

// logLine is a line as HAProxy writes it.
type logLine struct {
	Time    int64  `json:"time"` // milliseconds since 1970
	Group   string `json:"group"`
	Release string `json:"release"`
	Backend string `json:"backend"`
	Server  string `json:"server"`
	Client  string `json:"client"`
	Method  string `json:"method"`
	Host    string `json:"host"`
	Path    string `json:"path"`
	Status  int    `json:"status"`
	Bytes   int64  `json:"bytes"`
	Queue   int64  `json:"queue"`
	Connect int64  `json:"connect"`
	Answer  int64  `json:"answer"`
	Total   int64  `json:"total"`
	End     string `json:"end"`
}

// Requests implements proxy.Edge.
func (e *Edge) Requests(ctx context.Context, recipe string, q proxy.LogQuery, each func(proxy.LogEntry) error) error {
	return e.host.Log(ctx, q, RequestsIn(recipe, q, each))
}

// RequestsIn takes lines that HAProxy wrote, and tells each the requests of a recipe that a query asks for. What else
// HAProxy writes is passed over.
func RequestsIn(recipe string, q proxy.LogQuery, each func(proxy.LogEntry) error) func(line []byte) error {
	mine := []byte(`,"group":"` + recipe + `/`)
	return func(line []byte) error {
		if !bytes.Contains(line, mine) {
			return nil
		}
		entry, ok := parseLog(recipe, line)
		if !ok || entry.Time.Before(q.Since) {
			return nil
		}
		return each(entry)
	}
}

// parseLog reads a line of a recipe's; there are others.
func parseLog(recipe string, line []byte) (proxy.LogEntry, bool) {
	var l logLine
	if json.Unmarshal(line, &l) != nil {
		return proxy.LogEntry{}, false
	}
	group, ok := strings.CutPrefix(l.Group, recipe+"/")
	if !ok {
		return proxy.LogEntry{}, false
	}
	entry := proxy.LogEntry{Time: time.UnixMilli(l.Time).UTC(), Group: group, Release: strings.TrimPrefix(l.Release, "-"), Client: l.Client,
		Method: l.Method, Host: l.Host, Path: l.Path, Status: l.Status, Bytes: l.Bytes,
		Queue: l.Queue, Connect: l.Connect, Answer: l.Answer, Total: l.Total, End: l.End}
	if name, ok := strings.CutPrefix(l.Backend, recipe+"."); ok {
		if at := strings.LastIndexByte(name, '.'); at > 0 {
			entry.Service, entry.Side = name[:at], proxy.Side(name[at+1:])
		}
	}
	if slot, err := strconv.Atoi(strings.TrimPrefix(l.Server, "s")); err == nil {
		entry.Slot = slot
	}
	return entry, true
}
