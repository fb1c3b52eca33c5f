package resolve

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/docker/go-units"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

func (c *converter) str(v cty.Value, t schema.Type, at site) (cty.Value, bool) {
	s, err := convert.Convert(v, cty.String)
	if err != nil {
		return c.wrongType(v, t, at, c.attributeHint(v))
	}
	if len(t.Values) == 0 {
		return s, true
	}
	for _, allowed := range t.Values {
		if s.AsString() == allowed {
			return s, true
		}
	}
	hint := ""
	if !at.sensitive {
		hint = diag.DidYouMean(s.AsString(), t.Values)
	}
	return c.invalid(at, "%q must be %s, and this is %s.%s", at.word, choice(quoted(t.Values)), shown(v, at), hint)
}

// attributeHint helps who wrote a reference where its text was wanted.
func (c *converter) attributeHint(v cty.Value) string {
	if ref, ok := c.r.refs.of(v); ok {
		return " Write the attribute that is meant, such as " + ref.addr.String() + ".name."
	}
	return ""
}

func (c *converter) boolean(v cty.Value, t schema.Type, at site) (cty.Value, bool) {
	b, err := convert.Convert(v, cty.Bool)
	if err != nil {
		return c.wrongType(v, t, at, "")
	}
	return b, true
}

func (c *converter) number(v cty.Value, t schema.Type, at site) (cty.Value, bool) {
	n, err := convert.Convert(v, cty.Number)
	if err != nil || v.Type() == cty.Bool {
		return c.wrongType(v, t, at, "")
	}
	if n.AsBigFloat().MantExp(nil) > 1024 {
		return c.invalid(at, "%q is too large a number.", at.word)
	}
	return n, true
}

func (c *converter) whole(v cty.Value, t schema.Type, at site) (cty.Value, bool) {
	n, ok := c.number(v, t, at)
	if !ok {
		return n, false
	}
	f := n.AsBigFloat()
	if !f.IsInt() {
		return c.invalid(at, "%q must be a whole number, and this is %s.", at.word, shown(v, at))
	}
	bounded := t.Min != 0 || t.Max != 0
	if bounded && (f.Cmp(new(big.Float).SetInt64(t.Min)) < 0 || t.Max != 0 && f.Cmp(new(big.Float).SetInt64(t.Max)) > 0) {
		return c.invalid(at, "%q must be %s, and this is %s.", at.word, bounds(t), shown(v, at))
	}
	return n, true
}

func (c *converter) duration(v cty.Value, t schema.Type, at site) (cty.Value, bool) {
	if v.Type() != cty.String {
		hint := ""
		if v.Type() == cty.Number && !at.sensitive {
			hint = " With its unit it is \"" + v.AsBigFloat().Text('f', -1) + "s\", if seconds are meant."
		}
		return c.wrongType(v, t, at, hint)
	}
	d, err := time.ParseDuration(v.AsString())
	switch {
	case err != nil:
		return c.invalid(at, "%q must be a duration: numbers with the units h, m, s or ms, such as \"1m30s\". This is %s.%s", at.word, shown(v, at), at.unlessSensitive(meantDuration, v))
	case d < 0:
		return c.invalid(at, "%q must not be negative, and this is %s.", at.word, shown(v, at))
	}
	return cty.StringVal(d.String()), true
}

// maxSize is a size in bytes that no machine has; what is larger has lost digits on the way.
const maxSize = 1 << 60

// size takes units as engines do: K, KB and KiB are all 1024 bytes.
func (c *converter) size(v cty.Value, t schema.Type, at site) (cty.Value, bool) {
	switch v.Type() {
	case cty.Number:
		if v.AsBigFloat().Sign() < 0 {
			return c.invalid(at, "%q must not be negative, and this is %s.", at.word, shown(v, at))
		}
		return c.whole(v, schema.Whole(0, maxSize), at)
	case cty.String:
	default:
		return c.wrongType(v, t, at, "")
	}
	n, err := units.RAMInBytes(strings.TrimSpace(v.AsString()))
	if err != nil {
		return c.invalid(at, "%q must be a size: a number with a unit, such as \"256MiB\" or \"1.5GiB\". This is %s.%s", at.word, shown(v, at), at.unlessSensitive(meantSize, v))
	}
	if n < 0 || n > maxSize {
		return c.invalid(at, "%q is too large a size: %s.", at.word, shown(v, at))
	}
	return cty.NumberIntVal(n), true
}

func (c *converter) reference(v cty.Value, t schema.Type, at site) (cty.Value, bool) {
	ref, ok := c.r.refs.of(v)
	if !ok {
		return c.wrongType(v, t, at, c.referenceHint(v, t))
	}
	allowed := len(t.Kinds) == 0
	for _, k := range t.Kinds {
		allowed = allowed || k == ref.addr.Kind
	}
	switch {
	case !allowed:
		return c.wrong(diag.WrongType, at, "Wrong kind of reference",
			"%q takes %s, and %s is %s.", at.word, takes(t), ref.addr, article(ref.addr.Kind))
	case t.Port && ref.port == "":
		return c.invalid(at, "%q takes a port, and %s has %s. Name one of them: %s.NAME.",
			at.word, ref.addr, c.ports(ref), ref.addr)
	case !t.Port && ref.port != "":
		return c.wrong(diag.WrongType, at, "Wrong kind of reference",
			"%q takes %s, and %s is one of its ports. Write %s.", at.word, takes(t), ref, ref.addr)
	}
	return c.r.refs.value(ref, nil), true
}

// referenceHint helps who wrote the text of a reference.
func (c *converter) referenceHint(v cty.Value, t schema.Type) string {
	if c.r.refs.group(v) && v.LengthInt() > 0 {
		keys := slices.Sorted(maps.Keys(v.AsValueMap()))
		return fmt.Sprintf(" Name one of them by its key, such as [%q], or write a list of all.", keys[0])
	}
	if v.Type() != cty.String || len(t.Kinds) == 0 {
		return ""
	}
	example := t.Kinds[0] + ".NAME"
	if c.r.objects[addr.New(t.Kinds[0], v.AsString())] != nil {
		example = t.Kinds[0] + "." + v.AsString()
	}
	if t.Port {
		example += ".PORT"
	}
	return " A reference is written without quotes: " + example + "."
}

func (c *converter) ports(ref reference) string {
	if names := c.r.portNames(c.r.objects[ref.addr]); len(names) > 0 {
		return "the ports " + list(quoted(names), "and")
	}
	return "none yet; an expose block declares one"
}
