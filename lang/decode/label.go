package decode

import (
	"fmt"
	"strings"

	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// label checks a block's labels and returns the one it has. It reports false when there is none where one is
// needed, so that nothing can be called by it.
func (d *decoder) label(raw rawBlock, s *schema.Block) (string, bool) {
	if s.Label == "" {
		if len(raw.labels) > 0 {
			d.errorf(diag.ExtraLabel, raw.labelRanges[0], "Too many labels",
				"%s block takes no label. Write %s.", article(s.Name), header(s))
		}
		return "", true
	}
	if len(raw.labels) == 0 {
		d.errorf(diag.MissingLabel, raw.typeRange, "Missing label",
			"%s block needs a label, its %s. Write %s.", article(s.Name), s.Label, header(s))
		return "", false
	}
	if len(raw.labels) > 1 {
		d.errorf(diag.ExtraLabel, raw.labelRanges[1], "Too many labels",
			"%s block takes one label, its %s.", article(s.Name), s.Label)
	}
	label := raw.labels[0]
	if why := BadLabel(label, s); why != "" {
		d.errorf(diag.InvalidName, raw.labelRanges[0], "Invalid name", "%s", why)
	}
	return label, label != ""
}

// BadLabel says why a label cannot be that of a block, empty where it can.
func BadLabel(label string, s *schema.Block) string {
	switch {
	case label == "":
		return fmt.Sprintf("%s block needs a label, its %s, that is not empty.", article(s.Name), s.Label)
	case s.Label == "name" && !legalName(label):
		return "A name has letters, digits, _ and -, and begins with a letter or _." + mended(label)
	}
	return ""
}

// legalName is the rule for names that expressions refer to.
func legalName(s string) bool {
	for i := range len(s) {
		if !nameByte(s[i]) {
			return false
		}
	}
	return s != "" && s[0] != '-' && (s[0] < '0' || s[0] > '9')
}

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// mended offers the nearest legal name, if what is left of the given one can still be read.
func mended(s string) string {
	fixed := strings.Map(func(r rune) rune {
		if r < 0x80 && nameByte(byte(r)) {
			return r
		}
		return '_'
	}, s)
	if fixed = strings.TrimLeft(fixed, "0123456789-_"); legalName(fixed) && len(fixed)*2 > len(s) {
		return ` "` + fixed + `" would do.`
	}
	return ""
}
