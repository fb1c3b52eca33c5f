package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/builtins/testrun"
	"github.com/deployrecipe/recipe/eval/document"
	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/rtest"
)

// testOptions are those of the test command.
type testOptions struct {
	variables variableOptions
	run       string
	junit     string
	json      bool
	verbose   bool
}

func newTest(a *app) *cobra.Command {
	var o testOptions
	cmd := &cobra.Command{
		Use:   "test [PATH]",
		Short: "Run a recipe's tests on a simulator",
		Long: `Runs the *.rtest.hcl files of the recipe's directory, or one of them: each run plans
and applies the recipe on a simulated engine, with apps that behave and steps that
fail as the file says, and compares what comes of it with what is expected. Time is
virtual, so that a canary of half an hour takes milliseconds; no engine is asked and
no secret fetched.

Exit codes: 0 all runs did what is expected; 1 some did not, or an error.`,
		Example: `  recipe test
  recipe test ./shop --run "canary*" -v
  recipe test shop/canary.rtest.hcl --junit report.xml`,
		Args: onePath, ValidArgsFunction: completePath,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.test(cmd.Context(), pathOf(args), o)
		},
	}
	o.variables.register(cmd)
	cmd.Flags().StringVar(&o.run, "run", "", "show only runs whose names match `GLOB`, in which * stands for any text")
	cmd.Flags().StringVar(&o.junit, "junit", "", "write the outcomes as JUnit XML to this `FILE`, too")
	cmd.Flags().BoolVar(&o.json, "json", false, "write what happens as JSON, one object a line")
	cmd.Flags().BoolVarP(&o.verbose, "verbose", "v", false, "show the requests and steps of each run")
	_ = cmd.MarkFlagFilename("junit", "xml") // fails only for an option that is not there
	return cmd
}

// test runs the tests at a path.
func (a *app) test(ctx context.Context, at string, o testOptions) error {
	names, err := rtest.List(osFS{}, at)
	if err != nil {
		return failf("File cannot be read", "Reading %q failed: %s.", at, reason(err))
	}
	if len(names) == 0 {
		return failf("No tests here", "The directory %q holds no *.rtest.hcl. \"recipe help run\" tells what stands in one.", at)
	}
	t := &tester{app: a, options: o}
	for _, name := range names {
		if err := t.file(ctx, name); err != nil {
			return err
		}
	}
	return t.ended()
}

// tester runs test files and shows what comes of them.
type tester struct {
	*app
	options testOptions
	files   []testrun.File
	passed  int
	failed  int
	failure hcl.Diagnostics
}

// file runs one file, on the recipe of its directory.
func (t *tester) file(ctx context.Context, name string) error {
	src, err := readSource(name)
	if err != nil {
		return failf("File cannot be read", "Reading %q failed: %s.", name, reason(err))
	}
	f, diags := rtest.Decode(src, name)
	t.addSources(f.Sources)
	m, more := t.load(path.Dir(name), t.options.variables)
	if diags = append(diags, more...); diags.HasErrors() {
		return failure{diags}
	}
	m.inputs.Origin = "the test"
	done := testrun.File{Name: name}
	if !t.options.json {
		fmt.Fprintln(t.stdout, name)
	}
	simulated.Virtually(func() {
		subject := testrun.Subject{Module: m.decoded, Inputs: m.inputs, Settings: builtins.Environment(t.env)}
		testrun.Play(context.Background(), subject, f, t.options.run, func(o *testrun.Outcome) {
			done.Runs = append(done.Runs, o)
			t.told(name, o)
		})
	})
	t.files = append(t.files, done)
	return ctx.Err()
}

// told shows how a run ended.
func (t *tester) told(file string, o *testrun.Outcome) {
	word := "pass"
	if o.Passed() {
		t.passed++
	} else {
		word = "FAIL"
		t.failed++
		t.failure = append(t.failure, o.Failures...)
	}
	if t.options.json {
		t.line(runEvent(file, o))
		return
	}
	ended := ""
	if o.Ended != "" {
		ended = fmt.Sprintf(" (%s in %s)", o.Ended, event.Elapsed(o.Took))
	}
	fmt.Fprintf(t.stdout, "  %s  %s%s\n", word, o.Name, ended)
	if t.options.verbose && o.Plan != nil {
		fmt.Fprintf(t.stdout, "          %d requests, %d lost unannounced\n", o.Requests, o.Lost)
		for i := range o.Plan.Steps {
			fmt.Fprintf(t.stdout, "          %s  %s\n", o.Plan.Steps[i].ID, o.Plan.Steps[i].Title)
		}
	}
}

// ended says how it all ended.
func (t *tester) ended() error {
	if t.options.junit != "" {
		var text bytes.Buffer
		if err := testrun.JUnit(&text, t.files); err != nil {
			return err
		}
		if err := replace(t.options.junit, text.Bytes(), 0o644); err != nil {
			return fail(unwritable(t.options.junit, err))
		}
	}
	switch {
	case t.options.json:
		t.line(struct {
			Type   string `json:"type"`
			Passed int    `json:"passed"`
			Failed int    `json:"failed"`
		}{"summary", t.passed, t.failed})
	case t.passed+t.failed == 0:
		return failf("No such run", "No run is named %q.", t.options.run)
	default:
		if t.show(t.failure); t.failed > 0 {
			fmt.Fprintln(t.stdout)
		}
		fmt.Fprintf(t.stdout, "%d passed, %d failed.\n", t.passed, t.failed)
	}
	if t.failed > 0 {
		return exit(exitError)
	}
	return nil
}

func (t *tester) line(v any) {
	data, err := json.Marshal(v)
	if err == nil {
		fmt.Fprintf(t.stdout, "%s\n", data)
	}
}

// runEvent is a run in the stream of --json, which spec/test.schema.json describes.
func runEvent(file string, o *testrun.Outcome) any {
	type finding struct {
		Code    diag.Code `json:"code,omitempty"`
		Summary string    `json:"summary"`
		Detail  string    `json:"detail,omitempty"`
		File    string    `json:"file,omitempty"`
		Line    int       `json:"line,omitempty"`
	}
	failures := []finding{}
	for _, d := range o.Failures {
		one := finding{Code: diag.CodeOf(d), Summary: d.Summary, Detail: d.Detail}
		if d.Subject != nil {
			one.File, one.Line = d.Subject.Filename, d.Subject.Start.Line
		}
		failures = append(failures, one)
	}
	return struct {
		Type     string    `json:"type"`
		File     string    `json:"file"`
		Run      string    `json:"run"`
		Line     int       `json:"line"`
		Passed   bool      `json:"passed"`
		Outcome  string    `json:"outcome,omitempty"`
		Took     float64   `json:"took_seconds"`
		Requests int       `json:"requests"`
		Lost     int       `json:"lost_requests"`
		Failures []finding `json:"failures"`
	}{"run", file, o.Name, o.Range.Start.Line, o.Passed(), o.Ended, document.Seconds(o.Took), o.Requests, o.Lost, failures}
}
