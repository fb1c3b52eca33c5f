package funcs

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/customdecode"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/deployrecipe/recipe/eval/resolve"
)

// terraform are the functions of Terraform 1.11. Left out are type, which is its console's alone, and list and map,
// which it has only to say that they are gone.
const terraform = `abs abspath alltrue anytrue base64decode base64encode base64gzip base64sha256 base64sha512 basename
bcrypt can ceil chomp chunklist cidrhost cidrnetmask cidrsubnet cidrsubnets coalesce coalescelist compact concat
contains csvdecode dirname distinct element endswith ephemeralasnull file filebase64 filebase64sha256 filebase64sha512
fileexists filemd5 fileset filesha1 filesha256 filesha512 flatten floor format formatdate formatlist indent index
issensitive join jsondecode jsonencode keys length log lookup lower matchkeys max md5 merge min nonsensitive one parseint
pathexpand plantimestamp pow range regex regexall replace reverse rsadecrypt sensitive setintersection setproduct
setsubtract setunion sha1 sha256 sha512 signum slice sort split startswith strcontains strrev substr sum templatefile
templatestring textdecodebase64 textencodebase64 timeadd timecmp timestamp title tobool tolist tomap tonumber toset
tostring transpose trim trimprefix trimspace trimsuffix try upper urlencode uuid uuidv5 values yamldecode yamlencode zipmap`

// bake are the functions of Docker's bake 0.38 that Terraform has not.
const bake = `absolute add and byteslen bytesslice convert divide equal formattimestamp greaterthan greaterthanorequalto
hasindex homedir indexof int lessthan lessthanorequalto modulo multiply negate not notequal or regex_replace reverselist
sanitize semvercmp sethaselement setsymmetricdifference strlen subtract unixtimestampparse uuidv4`

func TestNames(t *testing.T) {
	functions := Map(Inputs{})
	if n := len(strings.Fields(terraform)); n != 118 {
		t.Errorf("Terraform has 118 functions, and %d are listed", n)
	}
	wanted := slices.Concat(strings.Fields(terraform), strings.Fields(bake), []string{"contextdigest", "env", "gitrevision", resolve.ContextFiles})
	for _, name := range wanted {
		if _, ok := functions[name]; !ok {
			t.Errorf("there is no %s", name)
		}
		delete(functions, name)
	}
	for name := range functions {
		t.Errorf("%s is in none of the lists", name)
	}
}

// called are a function's arguments in its examples.
func called(t *testing.T, ctx *hcl.EvalContext, f Func) [][]cty.Value {
	t.Helper()
	var all [][]cty.Value
	for _, x := range f.Examples {
		expr, diags := hclsyntax.ParseExpression([]byte(x.Call), "test", hcl.InitialPos)
		call, ok := expr.(*hclsyntax.FunctionCallExpr)
		if diags.HasErrors() || !ok || call.Name != f.Name || call.ExpandFinal {
			continue
		}
		var args []cty.Value
		params, last := f.Func.Params(), f.Func.VarParam()
		for i, arg := range call.Args {
			ty := cty.DynamicPseudoType
			if i < len(params) {
				ty = params[i].Type
			} else if last != nil {
				ty = last.Type
			}
			if decode := customdecode.CustomExpressionDecoderForType(ty); decode != nil {
				v, _ := decode(arg, ctx)
				args = append(args, v)
				continue
			}
			v, diags := arg.Value(ctx)
			if diags.HasErrors() {
				t.Fatal(x.Call, diags)
			}
			v, err := convert.Convert(v, ty)
			if err != nil {
				t.Fatal(x.Call, err)
			}
			args = append(args, v)
		}
		all = append(all, args)
	}
	return all
}

// Whatever is made of a sensitive value is sensitive, and of an unknown one nothing is made that could turn out wrong.
func TestMarksAndUnknowns(t *testing.T) {
	ctx := scope(inputs(t))
	for _, f := range List(inputs(t)) {
		for _, args := range called(t, ctx, f) {
			for i, arg := range args {
				if arg.Type().IsCapsuleType() {
					continue // an expression: what is sensitive in it is so in its value
				}
				with := slices.Clone(args)
				with[i] = arg.Mark(resolve.Sensitive)
				v, err := f.guarded().Call(with)
				if err != nil {
					t.Errorf("%s: argument %d sensitive: %s", f.Name, i, err)
				} else if !sheds(f.Name, i) && !v.HasMarkDeep(resolve.Sensitive) {
					t.Errorf("%s: argument %d is sensitive, and %#v is not", f.Name, i, v)
				}
				for _, unknown := range []cty.Value{cty.UnknownVal(arg.Type()), cty.DynamicVal} {
					if p := f.Func.Params(); i < len(p) {
						unknown, _ = convert.Convert(unknown, p[i].Type) // as calls do
					} else {
						unknown, _ = convert.Convert(unknown, f.Func.VarParam().Type)
					}
					with[i] = unknown
					before, err := f.guarded().Call(args)
					if err != nil {
						t.Errorf("%s: %s", f.Name, err)
					}
					v, err := f.guarded().Call(with)
					if err != nil {
						t.Errorf("%s: argument %d unknown: %s", f.Name, i, err)
					} else if v.IsWhollyKnown() && !v.RawEquals(before) {
						t.Errorf("%s: argument %d is unknown, and %#v comes out, not %#v", f.Name, i, v, before)
					}
				}
			}
		}
	}
}

// sheds tells whether a mark on an argument need not be on the result: of a default that is not taken it is not.
func sheds(name string, arg int) bool {
	return name == "nonsensitive" || name == "issensitive" || name == "lookup" && arg == 2
}

// What differs from call to call is unknown while a plan is made, and otherwise there.
func TestImpure(t *testing.T) {
	plan := scope(inputs(t))
	in := inputs(t)
	in.Now = func() time.Time { return time.Date(2026, 1, 2, 15, 4, 5, 0, time.FixedZone("", 3600)) }
	now := scope(in)
	for _, test := range []struct{ call, check, want string }{
		{"timestamp()", "%s", `"2026-01-02T14:04:05Z"`},
		{"plantimestamp()", "%s", `"2026-01-02T14:04:05Z"`},
		{"uuid()", "length(%s)", "36"},
		{"uuidv4()", "uuid() == %s", "false"},
		{`bcrypt("a", 4)`, "substr(%s, 0, 7)", `"$2a$04$"`},
		{`bcrypt(key, 4)`, "issensitive(%s)", `true`},
	} {
		v, diags := eval(t, plan, test.call)
		if diags.HasErrors() || v.IsKnown() || v.Type() != cty.String {
			t.Errorf("%s = %#v %v in a plan", test.call, v, diags)
		}
		check(t, now, strings.ReplaceAll(test.check, "%s", test.call), test.want)
	}
}
