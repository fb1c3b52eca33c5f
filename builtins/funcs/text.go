package funcs

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func texts() []Func {
	return []Func{
		{Name: "chomp", Doc: "Removes line ends from the end of a text.", Example: `chomp("a\n")`, Result: `"a"`, Func: stdlib.ChompFunc},
		{Name: "endswith", Doc: "Tells whether a text ends with another.", Example: `endswith("web.conf", ".conf")`, Result: `true`, Func: question(strings.HasSuffix)},
		{Name: "format", Doc: "Fills values into a text, as printf does.", Example: `format("%s-%03d", "web", 7)`, Result: `"web-007"`, Func: stdlib.FormatFunc},
		{Name: "formatlist", Doc: "Fills each element of lists into a text.", Example: `formatlist("%s:80", ["a", "b"])`, Result: `tolist(["a:80", "b:80"])`, Func: stdlib.FormatListFunc},
		{Name: "indent", Doc: "Adds spaces to the front of all lines but the first.", Example: `indent(2, "a\nb")`, Result: `"a\n  b"`, Func: stdlib.IndentFunc},
		{Name: "join", Doc: "Joins the texts of a list, with a separator between them.", Example: `join(",", ["a", "b"])`, Result: `"a,b"`, Func: stdlib.JoinFunc},
		{Name: "lower", Doc: "Makes all letters small.", Example: `lower("WEB")`, Result: `"web"`, Func: stdlib.LowerFunc},
		{Name: "replace", Doc: "Replaces every occurrence of a text in another.", Example: `replace("a.b.c", ".", "-")`, Result: `"a-b-c"`, Func: stdlib.ReplaceFunc},
		{Name: "split", Doc: "Splits a text at a separator into a list.", Example: `split(",", "a,b")`, Result: `tolist(["a", "b"])`, Func: stdlib.SplitFunc},
		{Name: "startswith", Doc: "Tells whether a text begins with another.", Example: `startswith("web.conf", "web")`, Result: `true`, Func: question(strings.HasPrefix)},
		{Name: "strcontains", Doc: "Tells whether a text contains another.", Example: `strcontains("web.conf", "b.c")`, Result: `true`, Func: question(strings.Contains)},
		{Name: "strrev", Doc: "Reverses the characters of a text.", Example: `strrev("abc")`, Result: `"cba"`, Func: stdlib.ReverseFunc},
		{Name: "substr", Doc: "Gives part of a text, from an offset and of a length; -1 means to the end.", Example: `substr("abcdef", 0, 3)`, Result: `"abc"`, Func: stdlib.SubstrFunc},
		{Name: "title", Doc: "Makes the first letter of each word large.", Example: `title("blue green")`, Result: `"Blue Green"`, Func: stdlib.TitleFunc},
		{Name: "trim", Doc: "Removes given characters from both ends of a text.", Example: `trim("--a--", "-")`, Result: `"a"`, Func: stdlib.TrimFunc},
		{Name: "trimprefix", Doc: "Removes a text from the front of another, if it is there.", Example: `trimprefix("v1.2", "v")`, Result: `"1.2"`, Func: stdlib.TrimPrefixFunc},
		{Name: "trimspace", Doc: "Removes white space from both ends of a text.", Example: `trimspace(" a \n")`, Result: `"a"`, Func: stdlib.TrimSpaceFunc},
		{Name: "trimsuffix", Doc: "Removes a text from the end of another, if it is there.", Example: `trimsuffix("web.conf", ".conf")`, Result: `"web"`, Func: stdlib.TrimSuffixFunc},
		{Name: "upper", Doc: "Makes all letters large.", Example: `upper("web")`, Result: `"WEB"`, Func: stdlib.UpperFunc},
	}
}

func patterns() []Func {
	return []Func{
		{Name: "regex", Doc: "Gives what a regular expression (RE2) matches first, its groups where it has some. That there is no match is an error; see can.", Example: `regex("[0-9]+", "web-42")`, Result: `"42"`, Func: stdlib.RegexFunc},
		{Name: "regexall", Doc: "Gives all matches of a regular expression (RE2) as a list.", Example: `regexall("[a-z]", "a1b")`, Result: `tolist(["a", "b"])`, Func: stdlib.RegexAllFunc},
		{Name: "regexreplace", Doc: "Replaces every match of a regular expression (RE2); $1 is its first group.", Example: `regexreplace("a1b22", "[0-9]+", "-")`, Result: `"a-b-"`, Func: stdlib.RegexReplaceFunc},
	}
}

// question makes a function of a question about two texts.
func question(ask func(s, part string) bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "text", Type: cty.String}, {Name: "part", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(ask(args[0].AsString(), args[1].AsString())), nil
		},
	})
}
