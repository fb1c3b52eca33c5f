// Package gate judges a new release on evidence while a stage gives it a part of the traffic.
//
// A gate is a step of a switchover: it begins when its stage's traffic has moved, beside the stage's hold and the
// stage's other gates, and the next stage waits for all of them. It gathers evidence until that decides, or until its
// timeout. One that fails is a step that failed: the group goes back the way that the plan has shown.
//
// Evidence that is too thin is no evidence: then a gate is inconclusive, and the recipe says what that means.
//
// One kind of gate is one file, and one line in Kinds.
package gate

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/ask"
	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/schema"
)

// Kind is one kind of gate: what `gate "NAME"` means. All its methods but Open are pure.
type Kind interface {
	// Name is the label of such gates.
	Name() string
	// Doc is one sentence for the reference: "Passes when ...", without the name.
	Doc() string
	// Args are the kind's own arguments. One that several kinds have is of one type in all of them.
	Args() []schema.Arg
	// Validate finds what is wrong with the arguments beyond their types. at gives the place of one.
	Validate(s Spec, at func(arg string) *hcl.Range) hcl.Diagnostics
	// Waits says in a plan what the gate waits for: "until GET /up answers 200".
	Waits(s Spec) string
	// Measures tells that the gate watches all of the stage: it passes when the stage has held at the earliest, and
	// its timeout counts from then.
	Measures() bool
	// Open begins to gather evidence: it takes the baseline, where one is needed, right after the traffic has moved.
	// report shows progress. An error means that no evidence can be had, and is a failure of the gate.
	Open(ctx context.Context, t Tools, c Config, report func(string)) (Watch, error)
}

// Watch is a gate that is open to evidence.
type Watch interface {
	// Judge returns once the evidence decides, when it is due and does not suffice, or when ctx ends, which is no
	// error: the verdict then tells how far it came. After Inconclusive it may be called again to go on. An error
	// means that no evidence can be had.
	Judge(ctx context.Context) (Verdict, error)
}

// Closer is a Watch that holds something until it is closed.
type Closer interface {
	Watch
	Close(ctx context.Context) error
}

// Result is what a gate came to.
type Result string

// The results.
const (
	Passed       Result = "passed"
	Failed       Result = "failed"
	Inconclusive Result = "inconclusive" // too little evidence for either
)

// Verdict is a result with what it rests on.
type Verdict struct {
	Result Result
	// Evidence has the numbers, in a line for people; further lines are output of the app's.
	Evidence string
}

// Spec is a gate block: the arguments that all kinds take, and in Args those of its own.
type Spec struct {
	Kind           string          `json:"label"`
	Timeout        state.Duration  `json:"timeout,omitzero"`
	OnInconclusive string          `json:"on_inconclusive,omitempty"`
	Args           json.RawMessage `json:"-"`

	secrets map[string]string // what is known of the sensitive values in Args, by path
}

// Knowing gives the gate sensitive values by their paths, for Validate alone: they are not written with it.
func (s Spec) Knowing(secrets map[string]string) Spec {
	s.secrets = secrets
	return s
}

// Known is a text's value; ok is false for a sensitive one that was not fetched.
func (s Spec) Known(t state.Text) (value string, ok bool) {
	if t.Secret == "" {
		return t.Plain, true
	}
	value, ok = s.secrets[t.Secret]
	return value, ok
}

// UnmarshalJSON reads the block as state.Resource.Spec has it, all arguments side by side.
func (s *Spec) UnmarshalJSON(data []byte) error {
	type common Spec
	if err := json.Unmarshal(data, (*common)(s)); err != nil {
		return err
	}
	s.Args = append(json.RawMessage(nil), data...)
	return nil
}

// MarshalJSON writes what UnmarshalJSON reads.
func (s Spec) MarshalJSON() ([]byte, error) {
	if len(s.Args) == 0 {
		return json.Marshal(map[string]any{"label": s.Kind})
	}
	return s.Args, nil
}

// Instance is one container of the new release, or one that stays while others of its group move.
type Instance struct {
	Container string `json:"container"`
	Service   string `json:"service"` // the block's address
	Address   string `json:"address"` // where the engine's side reaches it
	// Ports are the container's named ports, Port the one that the edge leads to, 0 where it leads to none.
	Ports map[string]int `json:"ports,omitempty"`
	Port  int            `json:"port,omitempty"`
}

// Config is the config of OpJudge: a gate and what it looks at.
type Config struct {
	Gate  Spec   `json:"gate"`
	Stage string `json:"stage"`
	// Weight is the percentage of the traffic that the new release has, Hold how long the stage lasts at least.
	Weight int            `json:"weight"`
	Hold   state.Duration `json:"hold,omitzero"`
	// Level is how likely at most a statistical gate may refuse a release that is as it should be.
	Level     float64    `json:"level,omitempty"`
	Instances []Instance `json:"instances"`
	// New and Old are the places of both releases on the edge; TCP says that their ports carry no HTTP.
	New []proxy.ServerID `json:"new,omitempty"`
	Old []proxy.ServerID `json:"old,omitempty"`
	TCP bool             `json:"tcp,omitempty"`
}

// Counters are the part of an edge that gates read.
type Counters interface {
	Counters(context.Context, []proxy.ServerID) (map[proxy.Worker]map[proxy.ServerID]proxy.Stats, error)
	Requests(ctx context.Context, recipe string, q proxy.LogQuery, each func(proxy.LogEntry) error) error
}

// Runner runs a command on the operator's machine, in the recipe's directory, with env added to its environment. It
// returns the end of what the command wrote and its exit code; an error means that it could not be run.
type Runner func(ctx context.Context, dir string, argv, env []string) (output []byte, code int, err error)

// Tools are what gates gather evidence with.
type Tools struct {
	Engine engine.Engine
	Prober container.Prober
	Edge   Counters
	Dir    string // the recipe's
	Run    Runner // nil for RunLocal
	// Beside brings somebody into the network of a container.
	Beside func(ctx context.Context, container string) (Guest, error)
	// Secret gives a sensitive value of the gate's resource by its path.
	Secret func(path string) (string, error)
}

// Guest asks from within the network of a container: what it reaches, by the names that it uses. Each question is
// asked once, until its context ends; an error means that the guest could not be asked.
type Guest interface {
	SQL(context.Context, ask.Query) (ask.Rows, error)
	ZooKeeper(context.Context, ask.Ensemble) (ask.Members, error)
	Close(context.Context) error
}
