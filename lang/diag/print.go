package diag

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hcled"

	"github.com/deployrecipe/recipe/lang/fold"
)

// Style is how diagnostics are shown.
type Style struct {
	// Color turns on ANSI colours.
	Color bool
	// Width is the number of columns of the terminal; 0 means 80.
	Width int
}

// Print writes diagnostics for people: sorted by file and place, those without a place first, none twice,
// and of very many the first.
// Files gives the sources for the snippets, by the file names that the ranges use; those missing are
// shown without. The only errors returned are those of w.
func Print(w io.Writer, files map[string]*hcl.File, diags hcl.Diagnostics, style Style) error {
	if style.Width <= 0 {
		style.Width = 80
	}
	p := &printer{w: bufio.NewWriter(w), files: files, style: style}
	sorted := Sort(diags)
	for i, d := range sorted[:min(len(sorted), maxShown)] {
		if i > 0 {
			fmt.Fprintln(p.w)
		}
		p.diagnostic(d)
	}
	if len(sorted) > maxShown {
		fmt.Fprintf(p.w, "\nThere are %d more. Mend these first.\n", len(sorted)-maxShown)
	}
	return p.w.Flush()
}

// maxShown is how many diagnostics are shown: nobody reads more, and a file that is no recipe has thousands.
const maxShown = 100

// Sort returns the diagnostics in the order that Print shows, without duplicates.
func Sort(diags hcl.Diagnostics) hcl.Diagnostics {
	type key struct {
		sev             hcl.DiagnosticSeverity
		summary, detail string
		subject         hcl.Range
	}
	seen := map[key]bool{}
	var out hcl.Diagnostics
	for _, d := range diags {
		k := key{d.Severity, d.Summary, d.Detail, place(d)}
		if !seen[k] {
			seen[k] = true
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(a, b *hcl.Diagnostic) int {
		ra, rb := place(a), place(b)
		if c := strings.Compare(ra.Filename, rb.Filename); c != 0 {
			return c
		}
		if c := ra.Start.Line - rb.Start.Line; c != 0 {
			return c
		}
		return ra.Start.Byte - rb.Start.Byte
	})
	return out
}

func place(d *hcl.Diagnostic) hcl.Range {
	if d.Subject == nil {
		return hcl.Range{}
	}
	return *d.Subject
}

type printer struct {
	w     *bufio.Writer
	files map[string]*hcl.File
	style Style
}

func (p *printer) diagnostic(d *hcl.Diagnostic) {
	title, color := "Error", red
	if d.Severity == hcl.DiagWarning {
		title, color = "Warning", yellow
	}
	fmt.Fprintf(p.w, "%s %s\n", p.paint(color, title+":"), p.paint(bold, safe(d.Summary, false)))
	if d.Subject != nil {
		p.snippet(*d.Subject, color)
	}
	if d.Detail != "" {
		fmt.Fprintf(p.w, "\n%s\n", wrap(safe(d.Detail, true), p.style.Width))
	}
	if code := CodeOf(d); code != "" {
		fmt.Fprintf(p.w, "%s\n", p.paint(dim, "["+string(code)+"]"))
	}
}

// snippet shows where: the file, the line and block, and the line itself with its subject underlined.
func (p *printer) snippet(rng hcl.Range, color string) {
	fmt.Fprintf(p.w, "\n  on %s line %d", safe(rng.Filename, false), rng.Start.Line)
	file := p.files[rng.Filename]
	if file == nil || len(file.Bytes) == 0 {
		fmt.Fprintln(p.w)
		return
	}
	if in := hcled.ContextString(file, rng.Start.Byte); in != "" {
		fmt.Fprintf(p.w, ", in %s", safe(in, false))
	}
	fmt.Fprintln(p.w, ":")
	line, ok := cut(file.Bytes, rng)
	if !ok {
		return
	}
	gutter := fmt.Sprintf("  %4d: ", rng.Start.Line)
	line.window(p.style.Width - len(gutter))
	fmt.Fprintf(p.w, "%s%s%s%s\n", gutter, line.before, p.paint(underline, line.subject), line.after)
	carets := strings.Repeat("^", max(1, fold.Columns(line.subject)))
	fmt.Fprintf(p.w, "%s%s\n", strings.Repeat(" ", len(gutter)+fold.Columns(line.before)), p.paint(color, carets))
}

// The colours, as terminals take them.
const (
	red       = "1;31"
	yellow    = "1;33"
	bold      = "1"
	dim       = "2"
	underline = "4"
)

func (p *printer) paint(color, s string) string {
	if !p.style.Color || s == "" {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}
