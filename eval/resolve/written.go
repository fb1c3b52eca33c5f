package resolve

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// writer writes values as HCL, for people. What may not be seen, or is not known, stands in brackets.
type writer struct{ refs refs }

// text writes a whole value. A text of several lines becomes a heredoc, to be read as it is.
func (w writer) text(v cty.Value) string {
	if !v.IsMarked() && v.IsKnown() && !v.IsNull() && v.Type() == cty.String {
		if s := v.AsString(); readable(s) {
			return "<<EOT\n" + strings.NewReplacer("${", "$${", "%{", "%%{").Replace(s) + "EOT"
		}
	}
	return string(hclwrite.Format([]byte(w.value(v, "")))) // for the equals signs in line
}

// readable tells whether a text is one of whole lines, none of which could end a heredoc or act on a terminal.
func readable(s string) bool {
	if strings.Count(s, "\n") < 2 || !strings.HasSuffix(s, "\n") {
		return false
	}
	for line := range strings.Lines(s) {
		if strings.TrimSpace(line) == "EOT" {
			return false
		}
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) })
}

func (w writer) value(v cty.Value, indent string) string {
	v, marks := v.Unmark()
	switch {
	case len(marks) > 0:
		return "(sensitive value)"
	case !v.IsKnown():
		return "(not known yet)"
	case v.IsNull():
		return "null"
	}
	if ref, ok := w.refs.of(v); ok {
		return ref.String()
	}
	switch ty := v.Type(); {
	case isList(ty):
		return w.list(v, indent)
	case isObject(ty):
		return w.object(v, indent)
	case isInfinite(v):
		return "(infinite)" // there is no way to write it
	}
	return string(hclwrite.TokensForValue(v).Bytes())
}

const step = "  "

func (w writer) list(v cty.Value, indent string) string {
	var b strings.Builder
	for _, el := range v.AsValueSlice() {
		b.WriteString(indent + step + w.value(el, indent+step) + ",\n")
	}
	return enclosed("[", b.String(), indent+"]")
}

func (w writer) object(v cty.Value, indent string) string {
	values := v.AsValueMap()
	delete(values, hidden)
	names := slices.Sorted(maps.Keys(values))
	var b strings.Builder
	for _, name := range names {
		b.WriteString(indent + step + key(name) + " = " + w.value(values[name], indent+step) + "\n")
	}
	return enclosed("{", b.String(), indent+"}")
}

// key writes an object's key, in quotes where it is no name.
func key(name string) string {
	if hclsyntax.ValidIdentifier(name) {
		return name
	}
	return string(hclwrite.TokensForValue(cty.StringVal(name)).Bytes())
}

// enclosed puts brackets around lines, on one line where there are none.
func enclosed(open, lines, end string) string {
	if lines == "" {
		return open + strings.TrimLeft(end, " ")
	}
	return open + "\n" + lines + end
}
