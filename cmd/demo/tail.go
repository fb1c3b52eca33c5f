package main

import (
	"bytes"
	"io"
)

// afterPlan passes on what apply writes from the end of its plan on: the same plan was on the screen a moment
// ago. What comes without such an end is passed on whole by flush.
type afterPlan struct {
	out    io.Writer
	held   bytes.Buffer
	passed bool
}

// planEnd begins the line that sums a plan up, its last.
const planEnd = "Plan: "

func (a *afterPlan) Write(text []byte) (int, error) {
	if a.passed {
		return a.out.Write(text)
	}
	a.held.Write(text)
	before, after, found := bytes.Cut(a.held.Bytes(), []byte("\n"+planEnd))
	if !found || !bytes.Contains(after, []byte("\n")) {
		return len(text), nil
	}
	a.passed = true
	_, err := a.out.Write(a.held.Bytes()[len(before)+1:])
	return len(text), err
}

func (a *afterPlan) flush() {
	if !a.passed {
		a.passed = true
		_, _ = a.out.Write(a.held.Bytes())
	}
}
