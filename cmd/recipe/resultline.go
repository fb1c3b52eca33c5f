package main

import (
	"time"

	"github.com/deployrecipe/recipe/builtins/record"
	"github.com/deployrecipe/recipe/eval/apply"
	"github.com/deployrecipe/recipe/eval/document"
)

// resultLine is the last line that apply --json writes.
func resultLine(made *planned, result *apply.Result, err error, took time.Duration) document.Result {
	line := document.Result{Type: "result", Result: record.Outcome(result, err), Took: document.Seconds(took), Done: len(result.Done), Steps: len(made.Steps)}
	for _, f := range result.Failed {
		line.Errors = append(line.Errors, document.Failure{Addr: f.Addr, Step: f.Step, Text: f.Err.Error(), Undo: f.Undo})
	}
	for _, back := range result.Reverted {
		line.Reverted = append(line.Reverted, back.Group)
	}
	line.Paused = result.Paused
	if err == nil {
		line.Outputs = made.Outputs
	}
	return line
}
