package saved

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/deployrecipe/recipe/eval/plan"
)

// MaxSize is the number of bytes that a file may have: a plan for 10,000 services has some 40 MB.
const MaxSize = 96 << 20

// head is how many bytes of a file tell whether it is a plan.
const head = 256

// Problem is what keeps a file from being used; its text is for people.
type Problem struct{ Summary, Text string }

// Error is the text.
func (p *Problem) Error() string { return p.Summary + ": " + p.Text }

// Is tells from how a file begins whether it is a saved plan, whole or not, in whatever layout.
func Is(begin []byte) bool {
	bare := func(text []byte) []byte { return bytes.Join(bytes.Fields(text), nil) }
	return bytes.HasPrefix(bare(begin[:min(head, len(begin))]), bare([]byte(`{"kind":"`+Kind+`"`)))
}

// Encode writes a plan's file, its checksum filled in.
func Encode(f *File) ([]byte, error) {
	f.Kind, f.Format = Kind, Format
	var err error
	if f.Checksum, err = checksum(f); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err = encoder.Encode(f)
	return out.Bytes(), err
}

// checksum is that of the canonical JSON of a file, but for the checksum itself. It says that the file is as it was
// written, in whatever layout; it is no signature.
func checksum(f any) (string, error) {
	text, err := json.Marshal(f)
	if err != nil {
		return "", err
	}
	tree, err := decode(text)
	if err != nil {
		return "", err
	}
	return sumOf(tree)
}

func sumOf(tree map[string]any) (string, error) {
	delete(tree, "checksum")
	text, err := json.Marshal(tree)
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:]), err
}

func decode(text []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var tree map[string]any
	if err := decoder.Decode(&tree); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the object")
	}
	return tree, nil
}

// Decode reads a plan's file. Its error is a *Problem.
func Decode(text []byte) (*File, error) {
	switch {
	case len(text) == 0:
		return nil, &Problem{"The plan file is empty", "It was not written to its end, or something emptied it."}
	case len(text) > MaxSize:
		return nil, TooLarge()
	case !Is(text):
		return nil, &Problem{"Not a plan file", fmt.Sprintf("A plan file begins with {\"kind\": %q, and this one does not.", Kind)}
	}
	tree, err := decode(text)
	if err != nil {
		return nil, broken(err)
	}
	if problem := version(tree["format_version"]); problem != nil {
		return nil, problem
	}
	said, _ := tree["checksum"].(string)
	if is, err := sumOf(tree); err != nil || is != said {
		return nil, &Problem{"The plan file was changed", "Its content is not what its checksum says, so it was edited or damaged after it was made. A plan is never edited: change the recipe."}
	}
	var f File
	if err := json.Unmarshal(text, &f); err != nil || f.Plan == nil || plan.Digest(f.Plan) != f.PlanDigest {
		return nil, &Problem{"The plan file contradicts itself", "Its checksum is right and its content is not, so it was made by hand."}
	}
	if f.Module.Reads == nil {
		f.Module.Reads = &Reads{}
	}
	return &f, nil
}

// TooLarge is the problem of a file that is not read at all.
func TooLarge() *Problem {
	return &Problem{"The plan file is too large", fmt.Sprintf("It has more than %d MiB, and no plan is as large.", MaxSize>>20)}
}

// broken tells a file that ends too early from one that is no JSON in between.
func broken(err error) *Problem {
	var syntax *json.SyntaxError
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &syntax) && syntax.Error() == "unexpected end of JSON input" {
		return &Problem{"The plan file is cut off", "It ends in the middle, as after a copy that was interrupted."}
	}
	return &Problem{"The plan file is damaged", fmt.Sprintf("It begins as a plan and is no valid JSON: %s.", err)}
}

func version(said any) *Problem {
	number, _ := said.(json.Number)
	found, err := number.Int64()
	switch {
	case err != nil || found < 1:
		return &Problem{"The plan file was changed", "It does not say which format it has."}
	case found > Format:
		return &Problem{"The plan file is of a later format", fmt.Sprintf("It has format %d, and this version of recipe knows none past %d. Use the version that made it.", found, Format)}
	}
	return nil
}
