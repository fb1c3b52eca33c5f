// Package schema holds the one description of every block of the language.
//
// Decoding, did-you-mean, the digest rules, completion and the reference pages are all read from it: an
// argument that is not described here does not exist. A schema is plain data; nothing in it evaluates.
package schema

// Block describes one block type.
type Block struct {
	// Name is the block's type, as written.
	Name string
	// Doc is one or more full sentences; the first is the summary.
	Doc string
	// Label says what the block's one label is ("name", "path", "reference"); empty for a block without labels.
	Label string
	// Args are its arguments, in the order of the reference page.
	Args []Arg
	// Blocks are the blocks that may stand inside it.
	Blocks []Block
	// Exports are the attributes that expressions may read besides the arguments; only resources have any.
	Exports []Export
	// Ordered says that the order of the nested blocks counts across their types (an image's instructions):
	// they are kept in one list.
	Ordered bool
	// Sequence says that the order of labelled blocks of this type counts: they are kept as an array of
	// objects, each with its label under "label".
	Sequence bool
	// Min and Max bound how often a nested block may stand in its parent; a Max of 0 means any number.
	Min, Max int
	// Resource says that the block stands for real objects and so takes depends_on.
	Resource bool
	// Condition says that the block states something about the block that it stands in, and is no part of what that
	// one describes: it is kept apart.
	Condition bool
	// Written says that each block of this type is written out: it is read before dynamic ones could be evaluated.
	Written bool
	// Free says that arguments of any name are allowed, all of type FreeType (locals, env maps written as blocks).
	Free *Type
	// Later, when not empty, says that the block is part of the language but not built yet, and in what it
	// will be of use; using it is an error that says so.
	Later string
	Growth
}

// Growth says how a word of the language came and goes. A word that was released is never taken away: it is renamed,
// or stays and is no longer advised.
type Growth struct {
	// Since is the version of the tool that brought the word, such as "0.2"; empty for the first one.
	Since string
	// Deprecated says, in a full sentence, what to write instead; empty for a word that is advised.
	Deprecated string
	// RenamedTo is the word beside it that took its place: what is written under the old one means the same.
	RenamedTo string
}

// Old tells whether another word took the place of this one.
func (g Growth) Old() bool { return g.RenamedTo != "" }

// Arg describes one argument of a block, or one key of an object-valued argument.
type Arg struct {
	Name string
	Doc  string
	Type Type
	// Required arguments must be set, and not to null.
	Required bool
	// Default is the value of an argument that is not set, as the language writes it; empty for none.
	Default string
	// Change says what a change of the argument does to a running release.
	Change Change
	// Static arguments take a literal only: they are read before anything is evaluated.
	Static bool
	// Secret says that a sensitive value may stand here; anywhere else it is an error.
	Secret bool
	// Raw arguments are kept as expressions and never evaluated by the resolver itself (a variable's type and
	// validation condition, both sides of moved).
	Raw bool
	// Path says that the text is a path of the machine that plans, a relative one starting at the directory of the
	// module that the block is in.
	Path bool
	// Later: as for Block.
	Later string
	Growth
}

// Export is an attribute that a resource offers to expressions besides its arguments.
type Export struct {
	Name string
	Doc  string
}

// Change says what changing an argument does.
type Change int

const (
	// Replace makes a new release: new containers take over from the old. It is the zero value, since
	// forgetting to think about an argument must be safe.
	Replace Change = iota
	// InPlace alters the running object; no process is restarted.
	InPlace
	// Scale adds or removes replicas.
	Scale
	// ProxyOnly alters what HAProxy does and no container.
	ProxyOnly
	// PlanOnly alters how plans are made or carried out, and no object (timeouts, stages, protect).
	PlanOnly
)

// Kind of a Type.
type Shape int

// The shapes of a Type.
const (
	String   Shape = iota
	Bool           // true or false
	Int            // a whole number, within Type.Min and Type.Max when Max is not 0
	Number         // any number
	Duration       // a string like "1m30s"; resolved to Go's canonical text (time.Duration.String)
	Size           // a string like "256MiB" or a number of bytes; resolved to a whole number of bytes
	Ref            // a reference to one of Type.Kinds; resolved to {"ref": address} and, for a named port, "port"
	List           // of Type.Elem; resolved in the order written
	Map            // from strings to Type.Elem; null elements are left out
	Object         // with the keys Type.Keys, unknown keys being errors
	Any            // any value, of any type
	Either         // the first of Type.Alts that the value converts to
)

// Type is what an argument takes. Build one with the functions below.
type Type struct {
	Shape Shape
	Elem  *Type
	Keys  []Arg
	Alts  []Type
	// Kinds are the block kinds that a Ref may lead to; Port says that it must name one of a service's ports.
	Kinds []string
	Port  bool
	// Values, for a String, are the only ones allowed.
	Values []string
	// Min and Max bound an Int; both 0 means unbounded.
	Min, Max int64
}

// Str is any text.
func Str() Type { return Type{Shape: String} }

// OneOf is one of a few words.
func OneOf(values ...string) Type { return Type{Shape: String, Values: values} }

// Boolean is true or false.
func Boolean() Type { return Type{Shape: Bool} }

// Whole is a whole number from min to max, any where both are 0.
func Whole(min, max int64) Type { return Type{Shape: Int, Min: min, Max: max} }

// Num is a number, fractions allowed.
func Num() Type { return Type{Shape: Number} }

// Dur is a duration, written as text.
func Dur() Type { return Type{Shape: Duration} }

// Bytes is a size in bytes, written with a unit or as a number.
func Bytes() Type { return Type{Shape: Size} }

// AnyValue is a value of any type.
func AnyValue() Type { return Type{Shape: Any} }

// ListOf is a list, all of one type.
func ListOf(t Type) Type { return Type{Shape: List, Elem: &t} }

// MapOf is a map from names to values of one type.
func MapOf(t Type) Type { return Type{Shape: Map, Elem: &t} }

// Obj is an object of the keys.
func Obj(keys ...Arg) Type { return Type{Shape: Object, Keys: keys} }

// RefTo is a reference to a block of one of the kinds.
func RefTo(kinds ...string) Type { return Type{Shape: Ref, Kinds: kinds} }

// PortOf is a reference to a named port of a block of one of the kinds.
func PortOf(kinds ...string) Type { return Type{Shape: Ref, Kinds: kinds, Port: true} }

// EitherOf is whichever of the types fits first.
func EitherOf(alts ...Type) Type { return Type{Shape: Either, Alts: alts} }
