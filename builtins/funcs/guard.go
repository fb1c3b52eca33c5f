package funcs

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/deployrecipe/recipe/eval/resolve"
)

// guarded is the function as expressions call it: with the parameters' names and texts of its entry, with bounds on
// what goes in and comes out, and with errors that are for people and tell no secret.
//
// It accepts everything and leaves it to the function within to refuse what it cannot take, so that nulls, unknown
// values and marks are dealt with once. For known arguments the type is left open: most functions of which it depends
// on the arguments would do their work twice, which doubles with every try within a try.
func (f Func) guarded() function.Function {
	params, last := f.params()
	return function.New(&function.Spec{
		Description: f.Doc,
		Params:      params,
		VarParam:    last,
		Type: func(args []cty.Value) (cty.Type, error) {
			for _, arg := range args {
				if !arg.IsKnown() {
					ty, err := f.Func.ReturnTypeForValues(args)
					return ty, told(err, args)
				}
			}
			return cty.DynamicPseudoType, nil
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, err := f.call(args)
			return v, told(err, args)
		},
	})
}

func (f Func) call(args []cty.Value) (cty.Value, error) {
	if most := len(f.Func.Params()) + 1; f.Once && len(args) > most {
		return cty.NilVal, function.NewArgErrorf(most, "there is one argument too many; %d are all that it takes", most)
	}
	var in measure
	for i, arg := range args {
		if err := in.add(arg); err != nil {
			return cty.NilVal, function.NewArgError(i, err)
		}
	}
	if err := f.check(args); err != nil {
		return cty.NilVal, err
	}
	v, err := f.Func.Call(args)
	if whole := resolve.Intact(args, v, err); whole != nil {
		return cty.NilVal, whole
	}
	if err != nil {
		return cty.NilVal, err
	}
	var out measure
	if err := out.add(v); err != nil {
		return cty.NilVal, fmt.Errorf("in the result %w", err)
	}
	return v, nil
}

func (f Func) check(args []cty.Value) error {
	if f.Check == nil {
		return nil
	}
	plain := make([]cty.Value, len(args))
	for i, arg := range args {
		plain[i], _ = arg.UnmarkDeep()
		if i < len(f.Func.Params()) && (arg.IsNull() || !arg.IsKnown()) {
			return nil
		}
	}
	return f.Check(plain)
}

// params are the parameters under the names and with the texts of the function's entry.
func (f Func) params() ([]function.Parameter, *function.Parameter) {
	params, last := f.Func.Params(), f.Func.VarParam()
	for i := range params {
		f.open(&params[i], i)
	}
	if last != nil {
		copied := *last
		last = &copied
		f.open(last, len(params))
	}
	return params, last
}

func (f Func) open(p *function.Parameter, i int) {
	if i < len(f.Params) {
		p.Name, p.Description, _ = strings.Cut(f.Params[i], ": ")
	}
	p.AllowNull, p.AllowUnknown, p.AllowDynamicType, p.AllowMarked = true, true, true, true
}

// told is what people are told of an error. An argument's place is kept, so that they see which one is meant.
func told(err error, args []cty.Value) error {
	if err == nil {
		return nil
	}
	for _, arg := range args {
		if arg.HasMarkDeep(resolve.Sensitive) {
			return at(err, errors.New("what is wrong is withheld, since an argument is sensitive"))
		}
	}
	if p := (function.PanicError{}); errors.As(err, &p) {
		if nan := (big.ErrNaN{}); errors.As(asError(p.Value), &nan) {
			return errors.New("the result is not a number")
		}
		return errors.New("it has a fault that these arguments bring out; please report it, with the call")
	}
	return err
}

// at puts an error at the argument of another.
func at(place, err error) error {
	if arg := (function.ArgError{}); errors.As(place, &arg) {
		return function.NewArgError(arg.Index, err)
	}
	return err
}

func asError(v any) error {
	err, _ := v.(error)
	return err
}
