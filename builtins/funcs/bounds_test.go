package funcs

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"
)

// bomb is YAML of a few lines whose aliases stand for 10^9 values.
func bomb() string {
	var b strings.Builder
	b.WriteString("a: &a [x,x,x,x,x,x,x,x,x,x]\n")
	for c := 'b'; c < 'j'; c++ {
		b.WriteString(string(c) + ": &" + string(c) + " [" + strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 10), ",") + "]\n")
	}
	return b.String()
}

// No call asks for more than a machine has: what would is refused, at once.
func TestBounds(t *testing.T) {
	ctx := scope(inputs(t))
	ctx.Variables["bomb"] = cty.StringVal(bomb())
	ctx.Variables["thousand"] = cty.ListVal(make1000())
	ctx.Variables["huge"] = cty.MustParseNumberVal("1e4000")
	for _, test := range []struct{ call, want string }{
		{`format("%1000000000d", 1)`, "more than 16 MiB"}, {`format("%.1000000000f", 1)`, "more than 16 MiB"}, {`format("%99999999999999999999d", 1)`, "more than 16 MiB"},
		{`formatlist("%100000d", thousand)`, "more than 16 MiB"}, {`format(join("", [for x in range(1000): "%[1]s"]), lines)`, "more than 16 MiB"},
		{`indent(1000000000, lines)`, "more than 16 MiB"}, {`join(lines, thousand)`, "more than 16 MiB"}, {`replace(lines, "x", lines)`, "more than 16 MiB"}, {`replace(lines, "", lines)`, "more than 16 MiB"}, {`replace(lines, "/x/", lines)`, "more than 16 MiB"},
		{`regex_replace(lines, "(?s)(.*)", "$1$1$1$1$1$1$1$1$1$1$1$1$1$1$1$1$1$1")`, "more than 16 MiB"}, {`regex_replace(lines, ".", lines)`, "more than 16 MiB"},
		{`regexall(".?", "${lines}${lines}")`, "more than 1048576 elements"}, {`split("", "${lines}${lines}")`, "more than 1048576"}, {`csvdecode("a\n${lines}${lines}${lines}")`, "more than 1048576 elements"},
		{`setproduct(thousand, thousand, thousand)`, "more than 1048576 elements"}, {`setproduct(thousand, thousand)`, "more than"}, {`range(1e9)`, "more than 1024 values"}, {`range(0, 1, 1e-300)`, "more than 1024 values"},
		{`jsondecode(brackets)`, "nested more than 200 deep"}, {`jsondecode("${join("", [for x in range(300): "["])}${join("", [for x in range(300): "]"])}")`, "nested more than 200 deep"}, {`jsondecode(digits)`, "more than 4,900 digits"}, {`jsondecode("[${join(",", [for x in range(1000): digits])}]")`, "more than"},
		{`yamldecode(bomb)`, "more than 1048576 elements"}, {`yamldecode(brackets)`, "it is not YAML"}, {`yamldecode("${join("", [for x in range(300): "- "])}a")`, "nested more than 200 deep"}, {`yamldecode(digits)`, "more than 4,900 digits"},
		{`jsondecode("1e999999999")`, "infinite number"}, {`yamldecode("1e999999999")`, "infinite number"}, {`tonumber("1e999999999")`, "infinite number"}, {`tonumber("1e-9999")`, "more than 4,900 digits"}, {`tonumber(digits)`, "more than 4,900 digits"}, {`parseint(digits, 10)`, "more than 4,900 digits"},
		{`tostring(multiply(huge, huge))`, "more than 4,900 digits"}, {`tostring(huge * huge)`, "more than 4,900 digits"}, {`jsonencode(huge * huge)`, "more than 4,900 digits"}, {`ceil(pow(10, 400))`, "infinite number"}, {`log(0, 10)`, "infinite number"}, {`add(huge, 1e-4000 * 1e-4000)`, "more than 4,900 digits"},
		{`upper(join("", [for x in range(17): lines]))`, "more than 16 MiB"}, {`base64encode(join("", [for x in range(15): lines]))`, "in the result there is more than 16 MiB"},
	} {
		start := time.Now()
		_, diags := eval(t, ctx, test.call)
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%s takes %s", test.call, took)
		}
		if !diags.HasErrors() {
			t.Errorf("%s: no error", test.call)
		} else if !strings.Contains(diags.Error(), test.want) {
			t.Errorf("%s: %s, want %s", test.call, diags.Error(), test.want)
		}
	}
}

func make1000() []cty.Value {
	var all []cty.Value
	for i := range 1000 {
		all = append(all, cty.NumberIntVal(int64(i)))
	}
	return all
}

// Tries within tries take as long as their number, not twice as long for each.
func TestNestedTries(t *testing.T) {
	text := `"x"`
	for range 100 {
		text = "try(" + text + ")"
	}
	check(t, scope(Inputs{}), text, `"x"`)
}

// A long list takes time in proportion to its length.
func TestLongLists(t *testing.T) {
	var all []cty.Value
	for i := range 10000 {
		all = append(all, cty.StringVal(strconv.Itoa(i%9999)))
	}
	functions := Map(Inputs{})
	for name, args := range map[string][]cty.Value{"distinct": nil, "toset": nil, "compact": nil, "sort": nil, "matchkeys": {cty.ListVal(all), cty.ListVal(all)}} {
		start := time.Now()
		if _, err := functions[name].Call(append([]cty.Value{cty.ListVal(all)}, args...)); err != nil {
			t.Errorf("%s: %s", name, err)
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%s takes %s", name, took)
		}
	}
}

// Elements of several types are brought to one in time that grows with their number: 40,000 took half a minute. The
// bound of the test is that of go test itself.
func TestManyMixed(t *testing.T) {
	var mixed []cty.Value
	attrs := map[string]cty.Value{}
	for i := range 40_000 {
		number := cty.NumberIntVal(int64(i))
		mixed = append(mixed, number)
		attrs[fmt.Sprint("a", i)] = number
	}
	mixed, attrs["z"] = append(mixed, cty.StringVal("x")), cty.StringVal("x")
	all := Map(Inputs{})
	for name, arg := range map[string]cty.Value{"toset": cty.TupleVal(mixed), "tolist": cty.TupleVal(mixed), "tomap": cty.ObjectVal(attrs)} {
		v, err := all[name].Call([]cty.Value{arg})
		if err != nil || v.LengthInt() != 40_001 || v.Type().ElementType() != cty.String {
			t.Errorf("%s: %d of %#v, %v", name, v.LengthInt(), v.Type(), err)
		}
	}
}
