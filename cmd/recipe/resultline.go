package main

import (
	"time"

	"github.com/deployrecipe/recipe/builtins/record"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/apply"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

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
	line := resultJSON{Type: "result", Result: record.Outcome(result, err), Took: took.Seconds(), Done: len(result.Done), Steps: len(made.Steps)}
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
