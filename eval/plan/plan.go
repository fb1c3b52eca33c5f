// Package plan holds the plan: what will change, why, and by which steps in which order.
//
// A plan is data. It can be printed, saved, compared and checked, and it is carried out by a scheduler that
// makes no decisions of its own: whatever may happen, the way back after a failure included, stands in the
// plan before anything runs.
package plan

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
)

// Format is the version of the plan's JSON form.
const Format = 1

// Plan is everything that an apply will do.
type Plan struct {
	Format int          `json:"format_version"`
	Recipe state.Recipe `json:"recipe"`
	Engine string       `json:"engine"` // the engine's ID
	// Scope is nil for a plan of the whole recipe.
	Scope *Scope `json:"scope,omitempty"`
	// Changes are in the order of the resources, removals last. Unchanged resources have none.
	Changes []Change `json:"changes"`
	// Drift is what others changed since the last apply, as far as that was recorded.
	Drift []Drift `json:"drift,omitempty"`
	// Steps are the way forward, in an order that respects Needs.
	Steps []Step `json:"steps"`
	// Undo holds the steps of the way back; Step.Undo names them.
	Undo []Step `json:"undo,omitempty"`
	// Later are steps that this plan does not run: they come after a step that Pauses, when somebody has decided.
	Later []Step `json:"later,omitempty"`
	// Pause are the groups that are not undone when one of their steps fails after some point.
	Pause []Pausing `json:"pause,omitempty"`
	// Traffic is where requests go before the first step.
	Traffic []Traffic `json:"traffic,omitempty"`
	// Interruptions are what no order of steps can avoid.
	Interruptions []Interruption `json:"interruptions,omitempty"`
	// Machine is what the engine's machine has; nil where nobody looked.
	Machine *Machine `json:"machine,omitempty"`
	// Locked tells who changes what stands while the plan is made; nil where nobody does.
	Locked *Locked `json:"locked,omitempty"`
	// Notes are for the reader: newer base images, orphaned volumes, aliases that do not switch losslessly.
	Notes   []Note         `json:"notes,omitempty"`
	Outputs []state.Output `json:"outputs,omitempty"`
}

// Locked is somebody else's apply of the same recipe.
type Locked struct {
	By    string    `json:"by"` // user@host, empty where the lock does not tell
	Since time.Time `json:"since"`
}

// Empty tells whether the plan has nothing to do.
func (p *Plan) Empty() bool { return len(p.Steps) == 0 }

// Housekeeping tells whether all that there is to do is to clear away what is kept no longer.
func (p *Plan) Housekeeping() bool {
	return !p.Empty() && !slices.ContainsFunc(p.Steps, func(s Step) bool { return !s.Housekeeping })
}

// Action is what happens to a resource.
type Action string

// The actions, with the signs that plans show.
const (
	Create  Action = "create"  // +
	Update  Action = "update"  // ~  in place
	Replace Action = "replace" // -/+ a new release takes over
	Delete  Action = "delete"  // -
	Run     Action = "run"     // >  a job
)

// Change is one resource's part of the plan.
type Change struct {
	Addr   addr.Addr `json:"addr"`
	Action Action    `json:"action"`
	// Summary is the rest of the resource's line: "3fa9c2e1, was 77aa01bc: image content, env.RELEASE".
	Summary string `json:"summary"`
	// Before and After are all arguments in the form of state.Resource.Spec: as they were applied, and as they will be.
	// They are absent where nothing stands, or is to stand, and where nothing tells them.
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
	// Release is the one that a service has in the end.
	Release string  `json:"release,omitempty"`
	Fields  []Field `json:"fields,omitempty"`
	Texts   []Text  `json:"texts,omitempty"`
	Cause   Cause   `json:"cause"`
}

// Releases tells whether a service gets a release that it does not have.
func (c Change) Releases() bool {
	return c.Release != "" && (c.Action == Create || c.Action == Replace)
}

// Field is one argument that differs.
type Field struct {
	Path string `json:"path"` // env.RELEASE
	// Before and After are absent for what was or will not be set, and for sensitive values.
	Before    json.RawMessage `json:"before,omitempty"`
	After     json.RawMessage `json:"after,omitempty"`
	Sensitive bool            `json:"sensitive,omitempty"`
	// Forces says that this field makes a new release.
	Forces bool `json:"forces,omitempty"`
	// Drift says that the engine shows something else than was applied: Applied, of which Before is what became.
	Drift   bool            `json:"drift,omitempty"`
	Applied json.RawMessage `json:"applied,omitempty"`
	Cause   Cause           `json:"cause"`
}

// Text is a longer text that differs: a Dockerfile, a HAProxy file, the list of a context's files.
type Text struct {
	Name   string `json:"name"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// ID names a step, or a milestone that one or more steps provide: "service.db@ready", "service.db@gone".
type ID string

// ReadyID is the milestone that a resource can be used.
func ReadyID(a addr.Addr) ID { return ID(a.String() + "@ready") }

// GoneID is the milestone that nothing of a resource is left to stand in the way.
func GoneID(a addr.Addr) ID { return ID(a.String() + "@gone") }

// Op is what a step does; one implementation carries out each.
type Op string

// Step is one effect.
type Step struct {
	ID   ID        `json:"id"`
	Addr addr.Addr `json:"addr"`
	Op   Op        `json:"op"`
	// Title is what people read: "start shop-web-3fa9c2e1-1".
	Title string `json:"title"`
	// Wait, when not empty, says what the step waits for: "until GET /up answers 200". Within is how long it
	// waits at most by the recipe's own settings, 0 where they bound nothing.
	Wait   string        `json:"wait,omitempty"`
	Within time.Duration `json:"within,omitempty"`
	// Idle says that the step does nothing but wait: it takes no place among the steps that work at once, and
	// somebody who cancels an apply does not wait for it.
	Idle bool `json:"idle,omitempty"`
	// Group gathers steps that fail together: when one fails, the finished ones of its group are undone.
	// Steps of no group have nothing to undo.
	Group string `json:"group,omitempty"`
	Cause Cause  `json:"cause"`
	// Needs are the steps and milestones that must be done first. A milestone that no step provides is
	// reached already.
	Needs    []ID `json:"needs,omitempty"`
	Provides []ID `json:"provides,omitempty"`
	// Config is what the Op's implementation reads; secrets in it are state.Text.
	Config  json.RawMessage `json:"config,omitempty"`
	Effects []Effect        `json:"effects,omitempty"`
	// Undo are the steps that take this one back, run when its group fails after it began: one after the
	// other, those of the last step first, each once, and after the undo steps that they need. Their effects
	// bring back what was before the group, and are about things that steps of this group alone change.
	Undo []ID `json:"undo,omitempty"`
	// Irreversible says why there is no way back, for a step that changes something and has no Undo.
	Irreversible string `json:"irreversible,omitempty"`
	// Ancillary marks a step that is of use only to those that need it: when it is done and none of them stands in
	// the end, its group is taken back although nothing of it failed.
	Ancillary bool `json:"ancillary,omitempty"`
	// Commit marks the step after which its group is not undone any more.
	Commit bool `json:"commit,omitempty"`
	// Pauses marks a step at which its group waits for somebody to decide: what needs it, other than by what it
	// provides, is in Plan.Later.
	Pauses bool `json:"pauses,omitempty"`
	// Housekeeping marks a step that clears away what is kept no longer; what serves stays as it is.
	Housekeeping bool `json:"housekeeping,omitempty"`
	// Early marks a step that nobody outside can notice (a build, a pull, a check): it needs no step that
	// somebody could notice, so that whatever can fail does so first.
	Early bool `json:"early,omitempty"`
	// Limit is how long the step may take at most: Within, and what the engine may need besides.
	Limit time.Duration `json:"limit"`
	// AtLeast is how long it takes however well things go: a hold.
	AtLeast time.Duration `json:"at_least,omitempty"`
	// Runs are containers that run from its beginning on, until a step stops them, with the memory that they may take.
	Runs []Use `json:"runs,omitempty"`
	// Fetch is the image that it brings to the engine, nil for none.
	Fetch *Fetch `json:"fetch,omitempty"`
}

// Pausing says that a group which fails stays as it then is, for somebody to decide, instead of being undone: once
// the step After is done. Then the undo step Note is run, which takes nothing back but writes down that it waits.
type Pausing struct {
	Group string `json:"group"`
	After ID     `json:"after"`
	Note  ID     `json:"note"`
}

// Pauses is what a plan says of a group that fails, nil where it is undone.
func (p *Plan) Pauses(group string) *Pausing {
	for i := range p.Pause {
		if p.Pause[i].Group == group {
			return &p.Pause[i]
		}
	}
	return nil
}

// EffectKind is a word of the neutral vocabulary on which Validate decides.
type EffectKind string

// The effects.
const (
	Start   EffectKind = "start"   // Instance runs
	Passed  EffectKind = "passed"  // Instance passed its checks and gates
	Ready   EffectKind = "ready"   // Instance's server may get traffic when its side is chosen
	Weight  EffectKind = "weight"  // Percent of Group's traffic goes to side b
	Drained EffectKind = "drained" // Instance's server gets nothing new and has nothing left
	Stop    EffectKind = "stop"    // Instance runs no more
	Hold    EffectKind = "hold"    // Group's requests wait
	Release EffectKind = "release" // and go on
	Remove  EffectKind = "remove"  // Object is removed
)

// Effect is what a step does to what others can notice. A step has its effects in their order, and others
// may notice the moments between.
type Effect struct {
	Kind EffectKind `json:"kind"`
	// Group is what Weight and Hold move as one: the services that switch together.
	Group string `json:"group,omitempty"`
	// Service of the group that Instance serves, where a group has more than one. Each needs its own server.
	Service string `json:"service,omitempty"`
	// Side of the group that Instance is on: of Start and Ready. Weight 0 sends all to a, 100 all to b.
	Side     string `json:"side,omitempty"`
	Instance string `json:"instance,omitempty"`
	Percent  int    `json:"percent,omitempty"`
	// Writes are the exclusive volumes that Instance holds while it runs.
	Writes []string `json:"writes,omitempty"`
	// Object and Protected: of Remove. A Remove with a Group closes its door, so that nothing needs to stand
	// behind it any more: that of Service, or of all its services.
	Object    string `json:"object,omitempty"`
	Protected bool   `json:"protected,omitempty"`
}

// Traffic is a group's state before the first step. Workers behind no port have one too, without sides, so
// that none stops before the one that replaces it has passed.
type Traffic struct {
	Group     string     `json:"group"`
	Percent   int        `json:"percent"`
	Instances []Instance `json:"instances,omitempty"`
}

// Instance is one running instance of a release, before the first step.
type Instance struct {
	Name    string   `json:"name"`
	Service string   `json:"service,omitempty"`
	Side    string   `json:"side,omitempty"` // empty for what stands behind no port
	Ready   bool     `json:"ready"`          // its server may get traffic
	Writes  []string `json:"writes,omitempty"`
}

// Interruption is a time in which requests are not answered, or wait, or a service does not run, or the end of a door
// that was open.
type Interruption struct {
	Group string `json:"group"`
	Why   string `json:"why"`
	Held  bool   `json:"held"` // requests wait rather than fail
	// Down says that no port leads to what stops: whoever calls it by its name finds nobody.
	Down  bool          `json:"down,omitempty"`
	Bound time.Duration `json:"bound"`
	// Closes is the door that no longer opens once Step is done, in a few words: "port 8080". It has no Bound.
	Closes string `json:"closes,omitempty"`
	Step   ID     `json:"step,omitempty"`
	// Waits is for how long requests wait at most, of a Held one: from then on they fail until the Bound.
	Waits time.Duration `json:"waits,omitempty"`
}

// Note is a remark for the reader of a plan.
type Note struct {
	Addr addr.Addr `json:"addr"`
	Text string    `json:"text"`
	// Paused tells that a switchover waits for somebody to decide: what the recipe wants of it beyond the plan comes then.
	Paused bool `json:"paused,omitempty"`
}

// Paused tells whether a switchover waits for somebody, which the plan leaves as it is.
func (p *Plan) Paused() bool {
	return slices.ContainsFunc(p.Notes, func(n Note) bool { return n.Paused })
}

// Raw is the JSON of a step's config or a field's value.
func Raw(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic("what a plan is made of has a JSON form: " + err.Error()) // strings, numbers and maps of them
	}
	return data
}
