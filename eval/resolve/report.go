package resolve

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/diag"
)

// report adds diagnostics. Those of a library tell who uses it; what is wrong in all instances of it is one thing to
// mend, and told once.
func (r *resolver) report(diags ...*hcl.Diagnostic) {
	for _, d := range diags {
		uses := r.at.usesOf(d)
		if len(uses) == 0 {
			r.diags = append(r.diags, d)
			continue
		}
		id := complaintOf(d, r.at)
		t := r.told[id]
		if t == nil {
			t = &telling{at: len(r.diags), detail: d.Detail + strings.Join(uses, ""), innermost: map[string]bool{uses[0]: true}}
			r.told[id] = t
			r.diags = append(r.diags, d)
		} else if !t.again(uses[0]) {
			continue
		}
		c := *r.diags[t.at]
		c.Detail = t.text()
		r.diags[t.at] = &c
	}
}

func (r *resolver) errorf(code diag.Code, rng hcl.Range, summary, format string, args ...any) {
	r.report(diag.Errorf(code, &rng, summary, format, args...))
}

// complaint is what a diagnostic says of a place, whichever instance of a library it comes from.
type complaint struct {
	at              hcl.Range
	summary, detail string
}

func complaintOf(d *hcl.Diagnostic, m *module) complaint {
	return complaint{*d.Subject, d.Summary, strings.ReplaceAll(d.Detail, m.path()+".", "")}
}

// maxTold is how many further uses of a library a diagnostic names.
const maxTold = 3

// telling is a diagnostic about a library: where it stands among all, what the first instance said, and which others
// said the same.
type telling struct {
	at        int
	detail    string
	innermost map[string]bool
	more      []string
	unnamed   int
}

// again notes one more instance; it reports false for one that is known.
func (t *telling) again(use string) bool {
	if t.innermost[use] {
		return false
	}
	t.innermost[use] = true
	if len(t.more) < maxTold {
		t.more = append(t.more, strings.Replace(use, "in ", "and in ", 1))
	} else {
		t.unnamed++
	}
	return true
}

func (t *telling) text() string {
	text := t.detail + strings.Join(t.more, "")
	if t.unnamed > 0 {
		text += fmt.Sprintf("\n  and in %d more", t.unnamed)
	}
	return text
}

// usesOf are the use blocks that led to what a diagnostic is about, innermost first, a line each. What a block hands in
// is evaluated where it stands, so a library whose files do not hold the place is left out.
func (m *module) usesOf(d *hcl.Diagnostic) []string {
	var uses []string
	for ; m != nil && m.caller != nil; m = m.caller.in {
		if d.Subject != nil && m.Files[d.Subject.Filename] != nil {
			uses = append(uses, decode.CalledFrom(m.path(), m.caller.b.Range))
		}
	}
	return uses
}
