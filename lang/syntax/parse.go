package syntax

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"

	"github.com/deployrecipe/recipe/lang/diag"
)

// Parse parses one file: JSON when its name ends so, native syntax otherwise. The result is never nil. A byte
// order mark is dropped and line ends become those of Unix, so that a checkout on another system yields the
// same strings; ranges count in what is left, which is File.HCL.Bytes.
func Parse(src []byte, name string) (*File, hcl.Diagnostics) {
	src, d := clean(src, name)
	if d != nil {
		return broken(name, src), hcl.Diagnostics{d}
	}
	var diags hcl.Diagnostics
	if IsJSON(name) {
		diags = boundJSON(src, name)
	} else {
		diags = boundNative(src, name)
	}
	if diags.HasErrors() {
		return broken(name, src), diags
	}
	var file *hcl.File
	if IsJSON(name) {
		file, diags = json.Parse(src, name)
	} else {
		file, diags = hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	}
	diags = firstPerLine(tidy(diag.WithCode(diag.SyntaxError, diags)))
	return &File{Name: name, HCL: file, Broken: diags.HasErrors()}, diags
}

// IsJSON tells whether a file of this name is read as JSON.
func IsJSON(name string) bool { return strings.HasSuffix(name, ".json") }

// broken stands for a file that no parser may see.
func broken(name string, src []byte) *File {
	return &File{Name: name, HCL: &hcl.File{Body: hcl.EmptyBody(), Bytes: src}, Broken: true}
}

// firstPerLine keeps the first error of each line: the parser's later ones there follow from it.
func firstPerLine(diags hcl.Diagnostics) hcl.Diagnostics {
	seen := map[int]bool{}
	var out hcl.Diagnostics
	for _, d := range diags {
		if d.Subject != nil && d.Severity == hcl.DiagError {
			if seen[d.Subject.Start.Line] {
				continue
			}
			seen[d.Subject.Start.Line] = true
		}
		out = append(out, d)
	}
	return out
}

// clean checks that src is text of bearable size and brings it into the form that the parsers want. On an error it
// returns what may be shown of the source.
func clean(src []byte, name string) ([]byte, *hcl.Diagnostic) {
	if len(src) > MaxFileSize {
		return nil, fileTooLarge(name)
	}
	if bytes.HasPrefix(src, []byte{0xff, 0xfe}) || bytes.HasPrefix(src, []byte{0xfe, 0xff}) {
		return nil, diag.Errorf(diag.FileEncoding, nil, "Not UTF-8 text",
			"The file %q is in UTF-16. Save it as UTF-8.", name)
	}
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	src = unixLines(src)
	if i := bytes.IndexByte(src, 0); i >= 0 {
		return src, diag.Errorf(diag.FileEncoding, at(src, name, i, 1), "Not UTF-8 text",
			"There is a NUL byte here, so this is no text file. Restore or rewrite the file.")
	}
	if i := bytes.IndexByte(src, '\r'); i >= 0 {
		return src, diag.Errorf(diag.FileEncoding, at(src, name, i, 1), "Carriage return within a line",
			"There is a carriage return here that ends no line. Save the file with the line ends of Unix or Windows.")
	}
	if i := firstInvalid(src); i >= 0 {
		return src, diag.Errorf(diag.FileEncoding, at(src, name, i, 1), "Not UTF-8 text",
			"The byte 0x%02x here is not valid UTF-8. Save the file as UTF-8.", src[i])
	}
	return src, nil
}

func fileTooLarge(name string) *hcl.Diagnostic {
	return diag.Errorf(diag.FileTooLarge, nil, "File too large",
		"The file %q has more than %d MiB, the most that a recipe file may have. Large data belongs in files of its own.",
		name, MaxFileSize>>20)
}

// unixLines drops the carriage returns before each line end.
func unixLines(src []byte) []byte {
	if !bytes.Contains(src, []byte("\r\n")) {
		return src
	}
	lines := bytes.SplitAfter(src, []byte("\n"))
	for i, l := range lines {
		if bytes.HasSuffix(l, []byte("\r\n")) {
			lines[i] = append(slices.Clip(bytes.TrimRight(l[:len(l)-1], "\r")), '\n') // src stays as it is
		}
	}
	return bytes.Join(lines, nil)
}

func firstInvalid(src []byte) int {
	if utf8.Valid(src) {
		return -1
	}
	for i := 0; ; {
		r, n := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
}

// at makes the range of n bytes on one line.
func at(src []byte, name string, offset, n int) *hcl.Range {
	start := bytes.LastIndexByte(src[:offset], '\n') + 1
	pos := hcl.Pos{
		Line:   bytes.Count(src[:offset], []byte("\n")) + 1,
		Column: utf8.RuneCount(src[start:offset]) + 1,
		Byte:   offset,
	}
	end := pos
	end.Byte, end.Column = pos.Byte+n, pos.Column+n
	return &hcl.Range{Filename: name, Start: pos, End: end}
}
