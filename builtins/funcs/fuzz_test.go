package funcs

import (
	"math/rand"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/deployrecipe/recipe/eval/resolve"
)

// FuzzCall calls every function with random arguments: none panics, tells a programmer's words, or shows what is
// sensitive.
func FuzzCall(f *testing.F) {
	for seed := range int64(20) {
		f.Add(seed, "text")
	}
	f.Add(int64(1), "/(a*)*/")
	f.Add(int64(2), "%5d %s %v %[9]q %-.3f")
	f.Add(int64(3), `{"a": [1, {"b": null}]}`)
	f.Add(int64(4), "a: &a [*a]\nb: {<<: *a}")
	f.Add(int64(5), "2026-01-02T15:04:05Z")
	f.Add(int64(6), "10.0.0.0/8")
	f.Add(int64(7), "${x}%{ if true }")
	in := inputs(f)
	all := List(in)
	f.Fuzz(func(t *testing.T, seed int64, text string) {
		r := rand.New(rand.NewSource(seed))
		for _, fn := range all {
			args := arguments(r, fn.Func, text)
			if fn.Name == "bcrypt" || args == nil {
				continue // it is slow on purpose, or takes expressions
			}
			v, err := fn.guarded().Call(args)
			switch {
			case err == nil && v == cty.NilVal:
				t.Errorf("%s(%#v) gives neither a value nor an error", fn.Name, args)
			case err != nil && (strings.Contains(err.Error(), "panic") || strings.Contains(err.Error(), "goroutine") || strings.Contains(err.Error(), "please report")):
				t.Errorf("%s(%#v): %s", fn.Name, args, err)
			case err != nil && strings.Contains(err.Error(), "s3cret"):
				t.Errorf("%s(%#v) tells what is sensitive: %s", fn.Name, args, err)
			}
		}
	})
}

// arguments are random ones of the types that a function takes; nil where it takes what is no value.
func arguments(r *rand.Rand, f function.Function, text string) []cty.Value {
	params := f.Params()
	for range r.Intn(4) {
		if last := f.VarParam(); last != nil {
			params = append(params, *last)
		}
	}
	args := []cty.Value{}
	for _, p := range params {
		if p.Type.IsCapsuleType() {
			return nil
		}
		v, err := convert.Convert(random(r, text, 0), p.Type)
		for tries := 0; err != nil; tries++ {
			if v, err = convert.Convert(random(r, text, 0), p.Type); tries == 50 {
				v, err = cty.UnknownVal(p.Type), nil
			}
		}
		args = append(args, v)
	}
	return args
}

func random(r *rand.Rand, text string, depth int) cty.Value {
	few := func() (all []cty.Value) {
		for range r.Intn(4) {
			all = append(all, random(r, text, depth+1))
		}
		return all
	}
	kinds := 12
	if depth > 2 {
		kinds = 8
	}
	switch r.Intn(kinds) {
	case 0, 1:
		return cty.StringVal(text)
	case 2:
		return cty.NumberIntVal(int64(r.Intn(40) - 8))
	case 3:
		return cty.NumberFloatVal((r.Float64() - 0.5) * 1e300)
	case 4:
		return cty.BoolVal(r.Intn(2) == 0)
	case 5:
		return []cty.Value{cty.NullVal(cty.String), cty.NullVal(cty.DynamicPseudoType), cty.NullVal(cty.List(cty.Number))}[r.Intn(3)]
	case 6:
		return []cty.Value{cty.DynamicVal, cty.UnknownVal(cty.String), cty.UnknownVal(cty.Map(cty.Bool)), cty.UnknownVal(cty.Number).RefineNotNull()}[r.Intn(4)]
	case 7:
		return cty.StringVal("s3cret" + text).Mark(resolve.Sensitive)
	case 8, 9:
		return cty.TupleVal(few())
	case 10:
		attrs := map[string]cty.Value{}
		for i, v := range few() {
			attrs[[]string{"a", "b", text}[i%3]] = v
		}
		return cty.ObjectVal(attrs)
	}
	return cty.TupleVal(few()).Mark(resolve.Sensitive)
}
