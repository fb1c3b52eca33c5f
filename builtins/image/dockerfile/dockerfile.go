// Package dockerfile writes a Dockerfile from the instruction blocks of an image.
//
// The text is meant for the engine's own frontend, which may be years old: it uses no heredocs and no syntax
// line, which would need a pull. Everything that a recipe says is literal. A Dockerfile is not: it expands $
// and takes \ for an escape in most instructions, so both are escaped on the way, except in shell forms, which the
// image's shell reads. What an old frontend would not understand, or worse, ignore, is reported as a Need.
package dockerfile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/eval/state"
)

// Step is one instruction block: its type and its body, in the form of state.Resource.Spec.
type Step struct {
	Type string
	Body json.RawMessage
}

// UnmarshalJSON reads {TYPE: body}.
func (s *Step) UnmarshalJSON(data []byte) error {
	var one map[string]json.RawMessage
	if err := json.Unmarshal(data, &one); err != nil {
		return err
	}
	if len(one) != 1 {
		return fmt.Errorf("an instruction is an object of one key, got %s", data)
	}
	for s.Type, s.Body = range one {
		return nil
	}
	return nil
}

// MarshalJSON writes {TYPE: body}.
func (s Step) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]json.RawMessage{s.Type: s.Body})
}

// Options of Render.
type Options struct {
	// Args are the names of the build arguments: every stage with a run instruction declares them, so that
	// they reach it.
	Args []string
	// Image gives the reference of an image that a recipe's block makes, by its address.
	Image func(addr string) (ref string, ok bool)
	// Pin gives the reference to write in place of a base image's; nil leaves them as they are.
	Pin func(ref string) string
}

// File is a Dockerfile with what a build must know of it.
type File struct {
	Text string
	// Lines tell for each line of Text, from 1, the index of the step that it was made from; -1 for none.
	Lines []int
	// Bases are the references of all images that the build reads, without repetition.
	Bases []string
	// Images are the addresses of the recipe's own images among the bases, by reference.
	Images map[string]string
	// Stages are the names of the stages, in order.
	Stages []string
	// Sources are the patterns of the context's files that instructions read; see buildcontext.Select.
	Sources []string
	// Readers are the indices of the steps that read Sources, one by one; none for an existing Dockerfile.
	Readers []int
	Secrets []Secret
	// SSH are the ids of the agents that are forwarded.
	SSH []string
	// Entitlements are what instructions ask of the engine beyond an ordinary build.
	Entitlements []string
	Needs        []Need
}

// Secret is a secret that a run instruction reads.
type Secret struct {
	ID    string     `json:"id"`
	Value state.Text `json:"value"`
}

// Need is something that only newer engines can do.
type Need struct {
	Step    int
	What    string // "exclude of a copy block"
	Version string // of the Docker engine, "29.0"
}

// Problem is what is wrong with a step.
type Problem struct {
	Step int
	Text string // full sentences
}

// Render writes the Dockerfile of the steps. The File is of use only without problems.
func Render(steps []Step, options Options) (File, []Problem) {
	r := &renderer{options: options, stages: map[string][]string{}, defaults: true}
	if len(steps) > 0 && steps[0].Type != "from" {
		r.problem("An image begins with a from block: what stands before it has no image to go into.")
	}
	for i, step := range steps {
		r.step = i
		r.rest = steps[i+1:]
		r.render(step)
	}
	r.file.Text = r.text.String()
	return r.file, r.problems
}

// StepAt returns the index of the step that line of the text, from 1, was made from; -1 for none.
func (f *File) StepAt(line int) int {
	if line < 1 || line > len(f.Lines) {
		return -1
	}
	return f.Lines[line-1]
}

// renderer writes one file.
type renderer struct {
	options  Options
	file     File
	text     strings.Builder
	problems []Problem
	step     int
	rest     []Step // after the one at hand
	// stages are the named stages so far, with the shell that was set last in each.
	stages   map[string][]string
	stage    string
	shell    []string
	defaults bool // shell is what images have unless they say otherwise
	nested   bool // within onbuild, whose instruction runs in another build
}

func (r *renderer) problem(format string, args ...any) {
	r.problems = append(r.problems, Problem{Step: r.step, Text: fmt.Sprintf(format, args...)})
}

func (r *renderer) need(version, format string, args ...any) {
	r.file.Needs = append(r.file.Needs, Need{Step: r.step, What: fmt.Sprintf(format, args...), Version: version})
}

// maxLine is a little less than the longest line that the frontend's reader takes.
const maxLine = 60 << 10

// line writes an instruction, which may go over several lines by continuation.
func (r *renderer) line(words ...string) {
	text := strings.Join(words, " ")
	for part := range strings.SplitSeq(text, "\n") {
		if len(part) > maxLine {
			r.problem("The instruction is longer than the 64 KiB that a line of a Dockerfile may have. Put the text into a file of the context and copy that.")
		}
		r.file.Lines = append(r.file.Lines, r.step)
	}
	r.text.WriteString(text)
	r.text.WriteByte('\n')
}

// source notes files of the context that the build reads.
func (r *renderer) source(patterns ...string) {
	if !r.nested {
		for _, pattern := range patterns {
			r.file.Sources, r.file.Readers = append(r.file.Sources, pattern), append(r.file.Readers, r.step)
		}
	}
}

func (r *renderer) entitle(name string) {
	if !slices.Contains(r.file.Entitlements, name) {
		r.file.Entitlements = append(r.file.Entitlements, name)
	}
}

// render writes one step.
func (r *renderer) render(step Step) {
	all := types()
	build, ok := all[step.Type]
	if !ok {
		r.problem("There is no instruction %q.", step.Type)
		return
	}
	body := build()
	if err := json.Unmarshal(step.Body, body); err != nil {
		r.problem("The %s block cannot be read: %v.", step.Type, err)
		return
	}
	body.render(r)
}

// instruction is the body of a step.
type instruction interface{ render(*renderer) }

// types lists every type of step.
func types() map[string]func() instruction {
	return map[string]func() instruction{
		"from":        func() instruction { return new(from) },
		"arg":         func() instruction { return new(arg) },
		"env":         func() instruction { return new(env) },
		"label":       func() instruction { return new(label) },
		"workdir":     func() instruction { return new(workdir) },
		"user":        func() instruction { return new(user) },
		"expose":      func() instruction { return new(expose) },
		"volume":      func() instruction { return new(volume) },
		"shell":       func() instruction { return new(setShell) },
		"stopsignal":  func() instruction { return new(stopsignal) },
		"onbuild":     func() instruction { return new(onbuild) },
		"entrypoint":  func() instruction { return new(entrypoint) },
		"cmd":         func() instruction { return new(cmd) },
		"run":         func() instruction { return new(run) },
		"copy":        func() instruction { return new(copyFiles) },
		"add":         func() instruction { return new(addFiles) },
		"healthcheck": func() instruction { return new(healthcheck) },
	}
}
