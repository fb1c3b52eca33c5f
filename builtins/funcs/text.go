package funcs

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func texts() []Func {
	return []Func{
		{"chomp", "Removes line ends from the end of a text.", `chomp("a\n")`, `"a"`, stdlib.ChompFunc},
		{"endswith", "Tells whether a text ends with another.", `endswith("web.conf", ".conf")`, `true`, question(strings.HasSuffix)},
		{"format", "Fills values into a text, as printf does.", `format("%s-%03d", "web", 7)`, `"web-007"`, stdlib.FormatFunc},
		{"formatlist", "Fills each element of lists into a text.", `formatlist("%s:80", ["a", "b"])`, `tolist(["a:80", "b:80"])`, stdlib.FormatListFunc},
		{"indent", "Adds spaces to the front of all lines but the first.", `indent(2, "a\nb")`, `"a\n  b"`, stdlib.IndentFunc},
		{"join", "Joins the texts of a list, with a separator between them.", `join(",", ["a", "b"])`, `"a,b"`, stdlib.JoinFunc},
		{"lower", "Makes all letters small.", `lower("WEB")`, `"web"`, stdlib.LowerFunc},
		{"replace", "Replaces every occurrence of a text in another.", `replace("a.b.c", ".", "-")`, `"a-b-c"`, stdlib.ReplaceFunc},
		{"split", "Splits a text at a separator into a list.", `split(",", "a,b")`, `tolist(["a", "b"])`, stdlib.SplitFunc},
		{"startswith", "Tells whether a text begins with another.", `startswith("web.conf", "web")`, `true`, question(strings.HasPrefix)},
		{"strcontains", "Tells whether a text contains another.", `strcontains("web.conf", "b.c")`, `true`, question(strings.Contains)},
		{"strrev", "Reverses the characters of a text.", `strrev("abc")`, `"cba"`, stdlib.ReverseFunc},
		{"substr", "Gives part of a text, from an offset and of a length; -1 means to the end.", `substr("abcdef", 0, 3)`, `"abc"`, stdlib.SubstrFunc},
		{"title", "Makes the first letter of each word large.", `title("blue green")`, `"Blue Green"`, stdlib.TitleFunc},
		{"trim", "Removes given characters from both ends of a text.", `trim("--a--", "-")`, `"a"`, stdlib.TrimFunc},
		{"trimprefix", "Removes a text from the front of another, if it is there.", `trimprefix("v1.2", "v")`, `"1.2"`, stdlib.TrimPrefixFunc},
		{"trimspace", "Removes white space from both ends of a text.", `trimspace(" a \n")`, `"a"`, stdlib.TrimSpaceFunc},
		{"trimsuffix", "Removes a text from the end of another, if it is there.", `trimsuffix("web.conf", ".conf")`, `"web"`, stdlib.TrimSuffixFunc},
		{"upper", "Makes all letters large.", `upper("web")`, `"WEB"`, stdlib.UpperFunc},
	}
}

func patterns() []Func {
	return []Func{
		{"regex", "Gives what a regular expression (RE2) matches first, its groups where it has some. That there is no match is an error; see can.", `regex("[0-9]+", "web-42")`, `"42"`, stdlib.RegexFunc},
		{"regexall", "Gives all matches of a regular expression (RE2) as a list.", `regexall("[a-z]", "a1b")`, `tolist(["a", "b"])`, stdlib.RegexAllFunc},
		{"regexreplace", "Replaces every match of a regular expression (RE2); $1 is its first group.", `regexreplace("a1b22", "[0-9]+", "-")`, `"a-b-"`, stdlib.RegexReplaceFunc},
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
