package main

import (
	"time"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/apply"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// The words for how an apply ended.
const (
	applied  = "applied"
	reverted = "reverted" // something failed, and all that belonged to it was taken back
	failed   = "failed"
)

// outcome is the word for how an apply ended.
func outcome(result *apply.Result, err error) string {
	if err == nil {
		return applied
	}
	for _, back := range result.Reverted {
		if back.Err != nil {
			return failed
		}
	}
	if len(result.Reverted) == 0 || len(result.Paused) > 0 {
		return failed
	}
	return reverted
}

// resultJSON is the last line that apply --json writes.
type resultJSON struct {
	Type     string         `json:"type"` // result
	Result   string         `json:"result"`
	Took     float64        `json:"took_seconds"`
	Done     int            `json:"done"`
	Steps    int            `json:"steps"`
	Errors   []errorJSON    `json:"errors,omitempty"`
	Reverted []string       `json:"reverted,omitempty"` // groups
	Outputs  []state.Output `json:"outputs,omitempty"`
}

type errorJSON struct {
	Addr addr.Addr `json:"addr"`
	Step plan.ID   `json:"step"`
	Text string    `json:"text"`
	Undo bool      `json:"undo,omitempty"`
}

func resultLine(made *planned, result *apply.Result, err error, took time.Duration) resultJSON {
	line := resultJSON{Type: "result", Result: outcome(result, err), Took: took.Seconds(), Done: len(result.Done), Steps: len(made.Steps)}
	for _, f := range result.Failed {
		line.Errors = append(line.Errors, errorJSON{f.Addr, f.Step, f.Err.Error(), f.Undo})
	}
	for _, back := range result.Reverted {
		line.Reverted = append(line.Reverted, back.Group)
	}
	if err == nil {
		line.Outputs = made.Outputs
	}
	return line
}
