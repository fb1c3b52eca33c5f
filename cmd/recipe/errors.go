package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/lang/diag"
)

// explain makes of an error that no command foresaw a diagnostic. The errors of the engine and the edge are
// written for people; what they need is a heading.
func explain(err error) *hcl.Diagnostic {
	summary, text := "The command failed", err.Error()
	var held *helper.HeldError
	for _, known := range []struct {
		err     error
		summary string
	}{
		{engine.ErrUnreachable, "The engine does not answer"},
		{engine.ErrTooOld, "The engine is too old"},
		{engine.ErrLost, "The connection to the engine was lost"},
		{proxy.ErrClaimed, "Another recipe has this already"},
		{proxy.ErrFormat, "The edge's files are of another version"},
		{helper.ErrLockLost, "The recipe's lock was lost"},
		{context.DeadlineExceeded, "It took too long"},
	} {
		if errors.Is(err, known.err) {
			summary = known.summary
			text = strings.TrimPrefix(text, known.err.Error()+": ") // the summary says it
			break
		}
	}
	if errors.As(err, &held) {
		summary = "The recipe is locked"
	}
	return diag.Errorf("", nil, summary, "%s.", capital(text))
}

// reason is what the system says of a file, without the path that the caller names itself.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	if errors.Is(err, os.ErrNotExist) {
		return "it does not exist"
	}
	return err.Error()
}

func errTooMany(word string) error {
	return fmt.Errorf("%q is one argument too many: at most one directory or file may be given", word)
}
