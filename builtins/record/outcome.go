package record

import (
	"github.com/deployrecipe/recipe/eval/apply"
	"github.com/deployrecipe/recipe/eval/kind"
)

// The words for how an apply ended.
const (
	Done       = "applied"
	Reverted   = "reverted" // something failed, and all that belonged to it was taken back
	Failed     = "failed"
	RolledBack = "rolled back"
	Paused     = "paused"    // a switchover waits for somebody to decide
	Promoted   = "promoted"  // somebody had one go on
	Refreshed  = "refreshed" // the record alone followed what others had changed
)

// OutcomeOf is the word for how an apply of a plan in some mode ended.
func OutcomeOf(mode kind.Mode, result *apply.Result, err error) string {
	word := Outcome(result, err)
	if word != Done {
		return word
	}
	switch mode {
	case kind.Refresh:
		return Refreshed
	case kind.Rollback:
		return RolledBack
	case kind.Promote, kind.Repeat:
		return Promoted
	case kind.Revert:
		return Reverted
	}
	return word
}

// Outcome is the word for how an apply ended.
func Outcome(result *apply.Result, err error) string {
	if err == nil && len(result.Paused) == 0 {
		return Done
	}
	for _, back := range result.Reverted {
		if back.Err != nil {
			return Failed
		}
	}
	switch paused, reverted := len(result.Paused) > 0, len(result.Reverted) > 0; {
	case paused && !reverted:
		return Paused
	case reverted && !paused:
		return Reverted
	}
	return Failed
}
