// Package diag makes and shows the diagnostics that people read.
//
// hcl.Diagnostics carries them everywhere, so that the messages of the HCL parsers and ours travel together.
// What this package adds is a stable code per message, kept in hcl.Diagnostic.Extra; did-you-mean; and a
// renderer for terminals that shows the source lines and trusts nothing it prints.
package diag

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
)

// Errorf makes an error. The summary is fixed for a code's use and says what is wrong in a few words; the detail,
// full sentences made from format and args, says why and how to mend it. A nil rng makes a diagnostic
// without a place.
func Errorf(code Code, rng *hcl.Range, summary, format string, args ...any) *hcl.Diagnostic {
	return build(hcl.DiagError, code, rng, summary, fmt.Sprintf(format, args...))
}

// Warningf makes a warning, which stops nothing.
func Warningf(code Code, rng *hcl.Range, summary, format string, args ...any) *hcl.Diagnostic {
	return build(hcl.DiagWarning, code, rng, summary, fmt.Sprintf(format, args...))
}

// FromError makes a diagnostic of a Go error, whose text becomes the detail. It returns nil for a nil error.
func FromError(code Code, err error, rng *hcl.Range) *hcl.Diagnostic {
	if err == nil {
		return nil
	}
	return build(hcl.DiagError, code, rng, code.Summary(), sentence(err.Error()))
}

func build(sev hcl.DiagnosticSeverity, code Code, rng *hcl.Range, summary, detail string) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: sev, Summary: summary, Detail: detail, Subject: rng, Extra: code}
}

// coded gives a foreign diagnostic a code and keeps the Extra it came with.
type coded struct {
	code  Code
	inner any
}

// UnwrapDiagnosticExtra lets hcl.DiagnosticExtra reach what the diagnostic carried before.
func (c coded) UnwrapDiagnosticExtra() any { return c.inner }

// WithCode gives each diagnostic that has no code yet the one passed in. It is for those that the HCL
// libraries made; it returns copies.
func WithCode(code Code, diags hcl.Diagnostics) hcl.Diagnostics {
	out := make(hcl.Diagnostics, len(diags))
	for i, d := range diags {
		if CodeOf(d) != "" {
			out[i] = d
			continue
		}
		c := *d
		c.Extra = coded{code: code, inner: d.Extra}
		out[i] = &c
	}
	return out
}

// CodeOf returns the code of a diagnostic, empty for one without.
func CodeOf(d *hcl.Diagnostic) Code {
	for extra := d.Extra; extra != nil; {
		switch e := extra.(type) {
		case Code:
			return e
		case coded:
			return e.code
		case hcl.DiagnosticExtraUnwrapper:
			extra = e.UnwrapDiagnosticExtra()
		default:
			return ""
		}
	}
	return ""
}

// sentence gives a Go error's text the form of a detail: a capital first, a full stop last.
func sentence(s string) string {
	if s == "" {
		return s
	}
	if s[0] >= 'a' && s[0] <= 'z' {
		s = string(s[0]-'a'+'A') + s[1:]
	}
	switch s[len(s)-1] {
	case '.', '!', '?', '\n':
		return s
	}
	return s + "."
}
