package diag

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hcled"
)

// JSONFormat is the version of what JSON writes. It grows when a field changes its meaning or goes; fields that are
// added leave it as it is.
const JSONFormat = 1

// report is what JSON writes; spec/validate-json.md documents each field.
type report struct {
	FormatVersion int       `json:"format_version"`
	Valid         bool      `json:"valid"`
	ErrorCount    int       `json:"error_count"`
	WarningCount  int       `json:"warning_count"`
	Diagnostics   []finding `json:"diagnostics"`
}

type finding struct {
	Severity string   `json:"severity"` // error or warning
	Code     Code     `json:"code,omitempty"`
	Summary  string   `json:"summary"`
	Detail   string   `json:"detail,omitempty"`
	Range    *span    `json:"range,omitempty"`
	Snippet  *snippet `json:"snippet,omitempty"`
}

type span struct {
	File  string   `json:"file"`
	Start position `json:"start"`
	End   position `json:"end"`
}

// position counts lines and columns from 1 and bytes from 0; a column is a character as people see it.
type position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

// snippet is the line that a range begins on. The highlight is the part of code from one byte to before another.
type snippet struct {
	Context        string `json:"context,omitempty"` // the block's header: service "web"
	Code           string `json:"code"`
	StartLine      int    `json:"start_line"`
	HighlightStart int    `json:"highlight_start"`
	HighlightEnd   int    `json:"highlight_end"`
}

// JSON writes diagnostics for programs: one object, in the order of Print and without duplicates. Files are as for
// Print. The only errors returned are those of w.
func JSON(w io.Writer, files map[string]*hcl.File, diags hcl.Diagnostics) error {
	r := report{FormatVersion: JSONFormat, Valid: !diags.HasErrors(), Diagnostics: []finding{}}
	for _, d := range Sort(diags) {
		f := finding{Severity: "error", Code: CodeOf(d), Summary: d.Summary, Detail: strings.TrimRight(d.Detail, "\n")}
		if d.Severity == hcl.DiagWarning {
			f.Severity = "warning"
			r.WarningCount++
		} else {
			r.ErrorCount++
		}
		if d.Subject != nil {
			f.Range = spanOf(*d.Subject)
			f.Snippet = snippetOf(files[d.Subject.Filename], *d.Subject)
		}
		r.Diagnostics = append(r.Diagnostics, f)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

func spanOf(r hcl.Range) *span {
	at := func(p hcl.Pos) position { return position{p.Line, p.Column, p.Byte} }
	return &span{File: r.Filename, Start: at(r.Start), End: at(r.End)}
}

// snippetOf returns nil where the source is not at hand.
func snippetOf(file *hcl.File, rng hcl.Range) *snippet {
	if file == nil || len(file.Bytes) == 0 {
		return nil
	}
	line, ok := cut(file.Bytes, rng)
	if !ok {
		return nil
	}
	return &snippet{
		Context: safe(hcled.ContextString(file, rng.Start.Byte), false),
		Code:    line.before + line.subject + line.after, StartLine: rng.Start.Line,
		HighlightStart: len(line.before), HighlightEnd: len(line.before) + len(line.subject),
	}
}
