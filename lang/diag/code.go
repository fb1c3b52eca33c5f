package diag

// Code names a kind of diagnostic. It never changes once released, so that scripts, editors and the
// reference can rely on it.
type Code string

// The codes, in the order of the table below, which documents them.
const (
	FileNotFound    Code = "file-not-found"
	NoRecipes       Code = "no-recipes"
	FileTooLarge    Code = "file-too-large"
	FileEncoding    Code = "file-encoding"
	FileUnreadable  Code = "file-unreadable"
	FileUnwritable  Code = "file-unwritable"
	SyntaxError     Code = "syntax-error"
	NestingTooDeep  Code = "nesting-too-deep"
	NumberTooLarge  Code = "number-too-large"
	TextTooLong     Code = "text-too-long"
	FormatUnsafe    Code = "format-unsafe"
	RequiresVersion Code = "requires-version"

	UnknownBlock     Code = "unknown-block"
	UnknownArgument  Code = "unknown-argument"
	UnknownKey       Code = "unknown-key"
	MissingArgument  Code = "missing-argument"
	MissingKey       Code = "missing-key"
	DuplicateKey     Code = "duplicate-key"
	MissingLabel     Code = "missing-label"
	ExtraLabel       Code = "extra-label"
	InvalidName      Code = "invalid-name"
	DuplicateBlock   Code = "duplicate-block"
	TooManyBlocks    Code = "too-many-blocks"
	TooFewBlocks     Code = "too-few-blocks"
	NotBuiltYet      Code = "not-built-yet"
	NotLiteral       Code = "not-literal"
	UnorderedJSON    Code = "unordered-json"
	JSONStructure    Code = "json-structure"
	UnknownReference Code = "unknown-reference"
	OldWord          Code = "old-word"

	UnknownVariable     Code = "unknown-variable"
	MissingVariable     Code = "missing-variable"
	InvalidVariable     Code = "invalid-variable"
	UnknownFunction     Code = "unknown-function"
	EvaluationFailed    Code = "evaluation-failed"
	WrongType           Code = "wrong-type"
	InvalidValue        Code = "invalid-value"
	ReferenceCycle      Code = "reference-cycle"
	SensitiveValue      Code = "sensitive-value"
	UnknownValue        Code = "unknown-value"
	NameConflict        Code = "name-conflict"
	ConditionFailed     Code = "condition-failed"
	CheckFailed         Code = "check-failed"
	PortTaken           Code = "port-taken"
	CertificateUnusable Code = "certificate-unusable"
	CertificateDoubtful Code = "certificate-doubtful"
	UnansweredName      Code = "unanswered-name"
	LittleMemory        Code = "too-little-memory"
	LittleDisk          Code = "too-little-disk"
	StepFailed          Code = "step-failed"
	TestFailed          Code = "test-failed"
	TooMuchWork         Code = "too-much-work"
	Internal            Code = "internal"
)

// Info documents a code.
type Info struct {
	Code Code
	// Summary is the summary used where the site has no better one.
	Summary string
	// Doc is one sentence: when the diagnostic is given.
	Doc string
	// Section is the title of the section of the specification that holds the rule.
	Section string
}

// Codes returns the documentation of every code, in the order of the reference page.
func Codes() []Info {
	return []Info{
		{FileNotFound, "File not found", "The path given is neither a directory nor a file.", "Files"},
		{NoRecipes, "No recipe here", "The directory holds no recipe.hcl, *.recipe.hcl or *.recipe.json.", "Files"},
		{FileTooLarge, "File too large", "A recipe file is larger than the bound.", "Files"},
		{FileEncoding, "Not UTF-8 text", "A recipe file is not text in UTF-8.", "Files"},
		{FileUnreadable, "File cannot be read", "Reading a recipe file failed.", "Files"},
		{FileUnwritable, "File cannot be written", "Writing a file that a command was told to write failed.", "Files"},
		{SyntaxError, "Syntax error", "A file does not follow the grammar of HCL or JSON.", "Files"},
		{NestingTooDeep, "Nesting too deep", "Brackets, templates or operators nest deeper than the bound.", "Files"},
		{NumberTooLarge, "Number too large", "A number has more digits or a larger exponent than the bound.", "Files"},
		{TextTooLong, "Text too long", "A text written out in a recipe has too many lines.", "Files"},
		{FormatUnsafe, "File left as it was", "Formatting would have changed more than white space, so nothing was written.", "Formatting"},
		{RequiresVersion, "Another version is required", "The recipe asks for another version of the tool, or its constraint cannot be read.", "The recipe block"},

		{UnknownBlock, "Unknown block", "A block of this type may not stand here.", "Blocks and arguments"},
		{UnknownArgument, "Unknown argument", "The block has no argument of this name.", "Blocks and arguments"},
		{UnknownKey, "Unknown key", "The argument's value has no key of this name.", "Blocks and arguments"},
		{MissingArgument, "Missing argument", "A required argument is not set.", "Blocks and arguments"},
		{MissingKey, "Missing key", "A required key of an argument's value is not set.", "Blocks and arguments"},
		{DuplicateKey, "Duplicate key", "An argument or key is set twice.", "Blocks and arguments"},
		{MissingLabel, "Missing label", "The block needs a label.", "Blocks and arguments"},
		{ExtraLabel, "Too many labels", "The block has more labels than its type takes.", "Blocks and arguments"},
		{InvalidName, "Invalid name", "A name has characters that names may not have.", "Names"},
		{DuplicateBlock, "Duplicate block", "Two blocks of one type have the same name.", "Names"},
		{TooManyBlocks, "Too many blocks", "A nested block stands more often than allowed.", "Blocks and arguments"},
		{TooFewBlocks, "Missing block", "A nested block stands less often than required.", "Blocks and arguments"},
		{NotBuiltYet, "Not built yet", "The word is part of the language, and this version does not implement it.", "Growth"},
		{NotLiteral, "Not a literal", "The argument is read before anything is evaluated and so takes a literal only.", "Blocks and arguments"},
		{UnorderedJSON, "Order of instructions is lost", "A JSON body groups instructions whose order counts.", "JSON"},
		{JSONStructure, "Wrong JSON structure", "A JSON value stands where a block or its body is needed and does not have that form.", "JSON"},
		{UnknownReference, "Unknown reference", "An expression refers to something that is not declared.", "References"},
		{OldWord, "Word renamed", "A word was renamed, or is no longer advised; it still means what it meant.", "Growth"},

		{UnknownVariable, "Unknown variable", "A value was given for a variable that the recipe does not declare.", "Variables"},
		{MissingVariable, "Missing value", "A variable without a default was given no value.", "Variables"},
		{InvalidVariable, "Invalid value for a variable", "A value does not have the variable's type or fails its validation.", "Variables"},
		{UnknownFunction, "Unknown function", "An expression calls a function that does not exist.", "Functions"},
		{EvaluationFailed, "Evaluation failed", "An expression could not be evaluated.", "Expressions"},
		{WrongType, "Wrong type", "A value is not of the type that the argument takes.", "Types"},
		{InvalidValue, "Invalid value", "A value has the right type and is not allowed.", "Types"},
		{ReferenceCycle, "Reference cycle", "Values depend on each other in a circle.", "References"},
		{SensitiveValue, "Sensitive value", "A sensitive value stands where it would be seen.", "Secrets"},
		{UnknownValue, "Value not known yet", "A value that is known only when the plan runs stands where the plan needs it.", "Expressions"},
		{NameConflict, "Name conflict", "Two declarations give one object name, or claim the same thing.", "Names"},
		{ConditionFailed, "Condition does not hold", "A precondition or postcondition of a block does not hold, so there is no plan.", "Conditions"},
		{CheckFailed, "Check failed", "What a check block states does not hold; nothing is stopped by it.", "Checks"},
		{PortTaken, "Port taken", "Another program listens on a port of the machine that the recipe wants.", "Ports"},
		{CertificateUnusable, "Certificate cannot be used", "A certificate or its key cannot be read, do not belong together, are out of order, expired or in the open.", "Ports"},
		{CertificateDoubtful, "Certificate that clients may refuse", "A certificate can be used, and clients refuse it or will: it expires soon, names none of a port's hosts, or comes without who signed it. This is a warning.", "Ports"},
		{UnansweredName, "Nobody answers to this name", "The name of a service behind a port is read, and such a service has none on its networks. This is a warning.", "References"},
		{LittleMemory, "Too little memory for all limits", "Containers that run at once may take more memory by their limits than the engine has; nothing is stopped by it.", "What it needs"},
		{LittleDisk, "Too little disk", "The images to build take more than is free where the engine keeps them.", "What it needs"},
		{StepFailed, "Step failed", "A step of the plan failed.", "Apply"},
		{TestFailed, "A test failed", "A run of a test file did not do what the file expects of it.", "Tests"},
		{TooMuchWork, "Too much to compute", "Evaluating the recipe takes more memory or time than the bound.", "Expressions"},
		{Internal, "Internal error", "The tool broke one of its own rules; please report it.", "Diagnostics"},
	}
}

// Summary returns the code's own summary.
func (c Code) Summary() string {
	for _, info := range Codes() {
		if info.Code == c {
			return info.Summary
		}
	}
	return "Error"
}
