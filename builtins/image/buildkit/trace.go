package buildkit

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/solver/errdefs"
	digest "github.com/opencontainers/go-digest"
)

// keptLines is how many of the last lines of a failing instruction are shown.
const keptLines = 15

// Error is a build that failed.
type Error struct {
	// Instruction is the one that failed, as progress names it: "[build 3/7] RUN go build ..."; empty when none did.
	Instruction string
	// Line is its line in the Dockerfile; 0 where the builder does not tell.
	Line int
	// Output are the last lines that it wrote.
	Output []string
	Err    error
}

// Error tells which instruction failed, with the end of what it wrote.
func (e *Error) Error() string {
	text := reason(e.Err)
	if e.Instruction != "" {
		text = e.Instruction + " failed: " + text
	}
	for _, line := range e.Output {
		text += "\n  | " + line
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

var wrapping = regexp.MustCompile(`^(failed to solve(?: with frontend dockerfile.v0)?(?:: failed to (?:solve|build) (?:LLB|with frontend [a-z0-9.]+))?|rpc error: code = \w+ desc =|executor failed running \[[^\]]*\]|process "(?:[^"\\]|\\.)*" did not complete successfully): ?`)

// reason takes the layers off an error that say only through what it came.
func reason(err error) string {
	text := strings.TrimSpace(err.Error())
	for {
		rest := wrapping.ReplaceAllString(text, "")
		if rest == text || rest == "" {
			return text
		}
		text = rest
	}
}

// trace follows a build by what the builder tells of its steps, which it calls vertices.
type trace struct {
	report   func(string)
	text     string // of the Dockerfile
	vertices map[digest.Digest]*vertex
	failed   *vertex
}

type vertex struct {
	name      string
	full      string // as the builder gave it
	announced bool
	ended     bool
	partial   string
	output    []string
}

func newTrace(dockerfile string, report func(string)) *trace {
	if report == nil {
		report = func(string) {}
	}
	return &trace{report: report, text: dockerfile, vertices: map[digest.Digest]*vertex{}}
}

// update takes in what happened since the last one.
func (t *trace) update(s *client.SolveStatus) {
	for _, v := range s.Vertexes {
		t.vertex(v)
	}
	for _, l := range s.Logs {
		if v := t.vertices[l.Vertex]; v != nil {
			v.log(string(l.Data))
		}
	}
}

func (t *trace) vertex(v *client.Vertex) {
	known := t.vertices[v.Digest]
	if known == nil {
		known = &vertex{name: oneLine(v.Name), full: v.Name}
		t.vertices[v.Digest] = known
	}
	if v.Error != "" && !strings.Contains(v.Error, "context canceled") && t.failed == nil {
		t.failed = known
	}
	if known.ended || strings.HasPrefix(known.name, "[internal]") {
		return
	}
	switch {
	case v.Cached:
		known.ended = true
		t.report(known.name + " (cached)")
	case v.Started != nil && !known.announced:
		known.announced = true
		t.report(known.name)
	}
	known.ended = known.ended || v.Completed != nil
}

// log keeps the last lines of an instruction's output.
func (v *vertex) log(text string) {
	lines := strings.Split(v.partial+strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	v.partial = lines[len(lines)-1]
	for _, line := range lines[:len(lines)-1] {
		// A progress bar draws over its line; only the last drawing counts.
		line = line[strings.LastIndex(line, "\r")+1:]
		v.output = append(v.output, strings.TrimRight(line, " \t"))
	}
	if extra := len(v.output) - keptLines; extra > 0 {
		v.output = v.output[extra:]
	}
}

// failure makes the error for people of what Solve returned.
func (t *trace) failure(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return context.Cause(ctx)
	}
	e := &Error{Err: err}
	if t.failed != nil {
		e.Instruction = t.failed.name
		e.Line = lineOf(t.text, t.failed.full)
		e.Output = t.failed.output
		if t.failed.partial != "" {
			e.Output = append(e.Output, t.failed.partial)
		}
	}
	for _, source := range errdefs.Sources(err) {
		for _, r := range source.Ranges {
			if r.Start != nil {
				e.Line = int(r.Start.Line)
			}
		}
	}
	return e
}

// oneLine makes a step's name fit a line of progress: what it runs matters there, and not what is mounted for it.
func oneLine(name string) string {
	name = strings.Join(slices.DeleteFunc(strings.Fields(name), func(word string) bool { return strings.HasPrefix(word, "--mount=") }), " ")
	const most = 120
	if runes := []rune(name); len(runes) > most {
		return string(runes[:most-3]) + "..."
	}
	return name
}
