package kind

import "github.com/deployrecipe/recipe/eval/addr"

// Joining is fulfilled by kinds of which something can only change together with something else, beyond what a resource
// needs: services that switch as one, a service that goes and the port that leads to it. A plan of a part of a recipe
// follows it, so that no part breaks what it leaves out.
type Joining interface {
	// Joins says what belongs together. Its input has all that is wanted and stands, and no Done.
	Joins(Input) []Join
}

// Join says that a plan which is about Of is about With, too; and so that one which leaves With out leaves Of out.
type Join struct {
	Of, With addr.Addr
	Why      string // about With, in a few words: "switchover.web switches it"
}

// Renewable is fulfilled by kinds whose resources have releases, so that another one can be asked for though nothing
// changed (Input.Again).
type Renewable interface {
	Kind
	Renewable()
}
