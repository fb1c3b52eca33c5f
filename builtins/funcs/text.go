package funcs

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func texts() []Func {
	return []Func{
		{Name: "byteslen", Doc: "Counts the bytes of a text in UTF-8; length and strlen count its characters.",
			Params:   []string{"text: the text"},
			Examples: []Example{{`byteslen("Docker")`, `6`}, {`byteslen("é")`, `2`}},
			Func:     bytesLength()},
		{Name: "bytesslice", Doc: "Gives part of a text by its bytes in UTF-8; substr goes by characters.",
			Params:   []string{"text: the text", "offset: the first byte, counted from 0", "length: how many bytes"},
			Examples: []Example{{`bytesslice("Docker", 0, 3)`, `"Doc"`}},
			Func:     bytesSlice()},
		{Name: "chomp", Doc: "Removes line ends from the end of a text.",
			Params:   []string{"text: the text"},
			Examples: []Example{{`chomp("hello\r\n\n")`, `"hello"`}},
			Func:     stdlib.ChompFunc},
		{Name: "endswith", Doc: "Tells whether a text ends with another.",
			Params:   []string{"text: the text", "end: the end to look for"},
			Examples: []Example{{`endswith("web.conf", ".conf")`, `true`}},
			Func:     question(strings.HasSuffix)},
		{Name: "format", Doc: "Fills values into a text, as printf does. %s stands for a text, %d for a whole number, %f for one with a point, %q for a quoted text, %v for any value, %% for a percent sign; a width such as %-10s or %03d fills up.",
			Params:   []string{"format: the text with verbs", "values: the values for the verbs, in order"},
			Examples: []Example{{`format("%s-%03d", "web", 7)`, `"web-007"`}, {`format("%.2f", 1.5)`, `"1.50"`}, {`format("%#v", [1, "a"])`, `"[1,\"a\"]"`}},
			Func:     stdlib.FormatFunc, Check: checkFormat},
		{Name: "formatlist", Doc: "Fills each element of lists into a text, as format does, and gives the list of the texts.",
			Params:   []string{"format: the text with verbs", "values: lists of equal length, or values that are the same for all"},
			Examples: []Example{{`formatlist("%s:%d", ["a", "b"], 80)`, `tolist(["a:80", "b:80"])`}},
			Func:     stdlib.FormatListFunc, Check: checkFormat},
		{Name: "indent", Doc: "Adds spaces to the front of all lines but the first.",
			Params:   []string{"spaces: how many", "text: the lines"},
			Examples: []Example{{`indent(2, "a\nb")`, `"a\n  b"`}},
			Func:     stdlib.IndentFunc,
			Check: func(args []cty.Value) error {
				spaces := whole(args[0])
				if spaces < 0 {
					return function.NewArgErrorf(0, "a whole number is required that is not negative")
				}
				return argument(0, checkProduct(strings.Count(args[1].AsString(), "\n"), spaces))
			}},
		{Name: "join", Doc: "Joins the texts of lists, with a separator between them.",
			Params:   []string{"separator: what stands between two", "lists: the lists of texts, one at least"},
			Examples: []Example{{`join(", ", ["a", "b"])`, `"a, b"`}, {`join("-", ["a"], ["b", "c"])`, `"a-b-c"`}},
			Func:     joined(),
			Check: func(args []cty.Value) error {
				var m measure
				for _, list := range args[1:] {
					if err := m.add(list); err != nil {
						return err
					}
				}
				return argument(0, checkProduct(m.elements, len(args[0].AsString())))
			}},
		{Name: "lower", Doc: "Makes all letters small.",
			Params:   []string{"text: the text"},
			Examples: []Example{{`lower("WEB ÄÖ")`, `"web äö"`}},
			Func:     stdlib.LowerFunc},
		{Name: "sanitize", Doc: "Replaces every character but letters from a to z, digits, _ and - by _, so that the text can be a name.",
			Params:   []string{"text: the text"},
			Examples: []Example{{`sanitize("feature/login.2")`, `"feature_login_2"`}},
			Func:     mapped(func(s string) (string, error) { return strings.Map(plain, s), nil })},
		{Name: "split", Doc: "Splits a text at a separator into a list.",
			Params:   []string{"separator: where to split", "text: the text"},
			Examples: []Example{{`split(",", "a,b,")`, `tolist(["a", "b", ""])`}},
			Func:     stdlib.SplitFunc,
			Check: func(args []cty.Value) error {
				return argument(1, checkCount(strings.Count(args[1].AsString(), args[0].AsString())))
			}},
		{Name: "startswith", Doc: "Tells whether a text begins with another.",
			Params:   []string{"text: the text", "start: the start to look for"},
			Examples: []Example{{`startswith("web.conf", "web")`, `true`}},
			Func:     question(strings.HasPrefix)},
		{Name: "strcontains", Doc: "Tells whether a text contains another.",
			Params:   []string{"text: the text", "part: the part to look for"},
			Examples: []Example{{`strcontains("web.conf", "b.c")`, `true`}},
			Func:     question(strings.Contains)},
		{Name: "strlen", Doc: "Counts the characters of a text, as length does.",
			Params:   []string{"text: the text"},
			Examples: []Example{{`strlen("héllo")`, `5`}},
			Func:     stdlib.StrlenFunc},
		{Name: "strrev", Doc: "Reverses the characters of a text.",
			Params:   []string{"text: the text"},
			Examples: []Example{{`strrev("abc")`, `"cba"`}},
			Func:     stdlib.ReverseFunc},
		{Name: "substr", Doc: "Gives part of a text.",
			Params: []string{"text: the text", "offset: the first character, counted from 0, or from the end if negative",
				"length: how many characters; -1 means all that follow"},
			Examples: []Example{{`substr("hello world", 1, 4)`, `"ello"`}, {`substr("hello world", -5, -1)`, `"world"`}},
			Func:     stdlib.SubstrFunc},
		{Name: "title", Doc: "Makes the first letter of each word large.",
			Params:   []string{"text: the text"},
			Examples: []Example{{`title("blue green")`, `"Blue Green"`}},
			Func:     stdlib.TitleFunc},
		{Name: "trim", Doc: "Removes given characters from both ends of a text.",
			Params:   []string{"text: the text", "characters: those to remove, in any order"},
			Examples: []Example{{`trim("?!hello?!", "!?")`, `"hello"`}},
			Func:     stdlib.TrimFunc},
		{Name: "trimprefix", Doc: "Removes a text from the front of another, if it is there.",
			Params:   []string{"text: the text", "prefix: what to remove"},
			Examples: []Example{{`trimprefix("v1.2", "v")`, `"1.2"`}},
			Func:     stdlib.TrimPrefixFunc},
		{Name: "trimspace", Doc: "Removes white space and line ends from both ends of a text.",
			Params:   []string{"text: the text"},
			Examples: []Example{{`trimspace("  hello\n\n")`, `"hello"`}},
			Func:     stdlib.TrimSpaceFunc},
		{Name: "trimsuffix", Doc: "Removes a text from the end of another, if it is there.",
			Params:   []string{"text: the text", "suffix: what to remove"},
			Examples: []Example{{`trimsuffix("web.conf", ".conf")`, `"web"`}},
			Func:     stdlib.TrimSuffixFunc},
		{Name: "upper", Doc: "Makes all letters large.",
			Params:   []string{"text: the text"},
			Examples: []Example{{`upper("web äö")`, `"WEB ÄÖ"`}},
			Func:     stdlib.UpperFunc},
	}
}

// question makes a function of a question about two texts.
func question(ask func(s, part string) bool) function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "text", Type: cty.String}, {Name: "part", Type: cty.String}},
		Type:         function.StaticReturnType(cty.Bool),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(ask(args[0].AsString(), args[1].AsString())), nil
		},
	})
}

// mapped makes a function of one text that gives another.
func mapped(f func(string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "text", Type: cty.String}},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			s, err := f(args[0].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			return cty.StringVal(s), nil
		},
	})
}

func plain(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' {
		return r
	}
	return '_'
}

func bytesLength() function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "text", Type: cty.String}},
		Type:         function.StaticReturnType(cty.Number),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.NumberIntVal(int64(len(args[0].AsString()))), nil
		},
	})
}

func bytesSlice() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Name: "text", Type: cty.String}, {Name: "offset", Type: cty.Number}, {Name: "length", Type: cty.Number},
		},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			text, offset, length := args[0].AsString(), whole(args[1]), whole(args[2])
			switch {
			case offset < 0 || offset > len(text):
				return cty.NilVal, function.NewArgErrorf(1, "a whole number from 0 to %d is required, which is how many bytes the text has", len(text))
			case length < 0 || length > len(text)-offset:
				return cty.NilVal, function.NewArgErrorf(2, "a whole number from 0 to %d is required, which is how many bytes follow", len(text)-offset)
			}
			return textOf([]byte(text[offset : offset+length]))
		},
	})
}

// joined is the library's join, which is given lists: to make them of tuples itself takes it the square of their length.
func joined() function.Function {
	lists := stdlib.JoinFunc.VarParam()
	return function.New(&function.Spec{
		Params:   stdlib.JoinFunc.Params(),
		VarParam: &function.Parameter{Name: lists.Name, Type: cty.DynamicPseudoType, AllowDynamicType: true},
		Type:     function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			for i := range args[1:] {
				list, err := converted(args[i+1], lists.Type)
				if err != nil {
					return cty.NilVal, function.NewArgError(i+1, err)
				}
				args[i+1] = list
			}
			return stdlib.JoinFunc.Call(args)
		},
	})
}
