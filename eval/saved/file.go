package saved

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/eval/target"
)

// Format is the version of the file's form. It changes when a field changes its meaning or goes.
const Format = 1

// Kind is what a file says of itself first, by which it is told apart from a recipe.
const Kind = "recipe plan"

// File is a saved plan; spec/plan-file.md describes it.
type File struct {
	Kind   string `json:"kind"`
	Format int    `json:"format_version"`
	// Checksum is that of all the rest, see checksum.
	Checksum string    `json:"checksum"`
	Tool     string    `json:"tool_version"`
	Made     time.Time `json:"made"`
	By       string    `json:"by"` // user@host
	Mode     kind.Mode `json:"mode"`
	Options  Options   `json:"options"`
	// Recipe is also in the plan; here it can be read without it.
	Recipe state.Recipe `json:"recipe"`
	Engine Engine       `json:"engine"`
	Edge   Edge         `json:"edge"`
	Module Module       `json:"module"`
	// Desired and Observed are what the plan was made of, in order.
	Desired  []Wanted `json:"desired"`
	Observed []Object `json:"observed"`
	// PlanDigest is plan.Digest of Plan.
	PlanDigest string     `json:"plan_digest"`
	Plan       *plan.Plan `json:"plan"`
}

// Options are those of the command line that the plan depends on.
type Options struct {
	Upgrade bool `json:"upgrade,omitempty"`
	Adopt   bool `json:"adopt,omitempty"`
	Volumes bool `json:"volumes,omitempty"`
	// AllowFiles are the directories that functions may read besides the recipe's, as they were given.
	AllowFiles []string `json:"allow_files,omitempty"`
	// Scope is the part of the recipe that the plan is about.
	Scope target.Options `json:"scope,omitzero"`
}

// Engine is what the plan was made for.
type Engine struct {
	ID      string `json:"id"`
	Address string `json:"address"`
}

// Edge names the edge's container, and the image of a new one where the environment chose it.
type Edge struct {
	Name  string `json:"name"`
	Image string `json:"image,omitempty"`
}

// Module is the recipe's text and the plain values that it was evaluated with.
type Module struct {
	// Path is the recipe's directory or file as it was named on the command line, Dir its absolute directory.
	Path string `json:"path"`
	Dir  string `json:"dir"`
	// Digest is that of Files.
	Digest string `json:"digest"`
	// Files are the sources by name, those of libraries too, but for those that ship with the program.
	Files     map[string]string `json:"files"`
	Variables []Variable        `json:"variables,omitempty"`
	Reads     *Reads            `json:"reads,omitempty"`
}

// Variable is a value given for a variable: a text, or a typed value out of a file. A sensitive one has neither.
type Variable struct {
	Name      string          `json:"name"`
	Source    string          `json:"source"`
	Text      *string         `json:"text,omitempty"`
	Value     json.RawMessage `json:"value,omitempty"` // {"value": ..., "type": ...}
	Range     *hcl.Range      `json:"range,omitempty"`
	Sensitive bool            `json:"sensitive,omitempty"`
}

// Wanted is a resource that the recipe wants.
type Wanted struct {
	Addr   addr.Addr `json:"addr"`
	Digest string    `json:"digest"`
	// Context are the files that an image's build may copy: path to digest.
	Context state.Manifest `json:"context,omitempty"`
}

// Object is something that was observed.
type Object struct {
	Type   string `json:"type"`
	Name   string `json:"name"`
	Digest string `json:"digest"`
	// Fields are what of it can matter to a plan, without anything secret.
	Fields map[string]string `json:"fields,omitempty"`
}

// Unseen stands for a field that was not looked up, since the plan did not depend on it. It differs from nothing.
const Unseen = "(not looked up)"

// Observe makes an Object of its fields. Those that are empty are left out.
func Observe(kind, name string, fields map[string]string) Object {
	maps.DeleteFunc(fields, func(_, value string) bool { return value == "" })
	return Object{Type: kind, Name: name, Digest: digestOf(fields), Fields: fields}
}

// Want makes a Wanted of a resource whose secrets are numbered.
func Want(r *state.Resource, context state.Manifest) Wanted {
	return Wanted{r.Addr, digestOf(r.Spec), context}
}

// digestOf digests the JSON of what has one.
func digestOf(v any) string {
	sum := sha256.Sum256(plan.Raw(v))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// DigestFiles is the digest of a module's sources.
func DigestFiles(files map[string]string) string { return digestOf(files) }

// Give makes a Variable of a value that was given; a sensitive one keeps its name alone.
func Give(v resolve.VarValue, sensitive bool) (Variable, error) {
	given := Variable{Name: v.Name, Source: v.Source, Sensitive: sensitive}
	switch {
	case sensitive:
		return given, nil
	case v.Expr == nil:
		given.Text = &v.Text
		return given, nil
	}
	value, diags := v.Expr.Value(nil)
	if diags.HasErrors() {
		return given, diags
	}
	given.Range = v.Range
	var err error
	given.Value, err = ctyjson.Marshal(value, cty.DynamicPseudoType)
	return given, err
}

// Given is the value as an evaluation takes it.
func (v Variable) Given() (resolve.VarValue, error) {
	given := resolve.VarValue{Name: v.Name, Source: v.Source, Range: v.Range}
	if v.Text != nil {
		given.Text = *v.Text
		return given, nil
	}
	value, err := ctyjson.Unmarshal(v.Value, cty.DynamicPseudoType)
	if err != nil {
		return given, fmt.Errorf("the value of variable %s: %w", v.Name, err)
	}
	at := hcl.Range{}
	if v.Range != nil {
		at = *v.Range
	}
	given.Expr = hcl.StaticExpr(value, at)
	return given, nil
}

// Sensitive are the names of the variables whose values are asked for again.
func (m Module) Sensitive() []string {
	var names []string
	for _, v := range m.Variables {
		if v.Sensitive {
			names = append(names, v.Name)
		}
	}
	slices.Sort(names)
	return names
}
