package record

import "github.com/deployrecipe/recipe/eval/apply"

// The words for how an apply ended.
const (
	Done       = "applied"
	Reverted   = "reverted" // something failed, and all that belonged to it was taken back
	Failed     = "failed"
	RolledBack = "rolled back"
	Refreshed  = "refreshed" // the record alone followed what others had changed
)

// Outcome is the word for how an apply ended.
func Outcome(result *apply.Result, err error) string {
	if err == nil {
		return Done
	}
	for _, back := range result.Reverted {
		if back.Err != nil {
			return Failed
		}
	}
	if len(result.Reverted) == 0 || len(result.Paused) > 0 {
		return Failed
	}
	return Reverted
}
