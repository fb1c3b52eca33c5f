package funcs

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func patterns() []Func {
	return []Func{
		{Name: "regex", Doc: "Gives what a regular expression (RE2) matches first: the text, or a list of its groups, or an object of its named groups. That there is no match is an error; see can and try.",
			Params:   []string{"pattern: the regular expression", "text: where to look"},
			Examples: []Example{{`regex("[a-z]+", "53453453.345345aaabbbccc23454")`, `"aaabbbccc"`}, {`regex("(?P<host>[^:]+):(?P<port>\\d+)", "db:5432")`, `{ host = "db", port = "5432" }`}},
			Func:     stdlib.RegexFunc, Check: checkPattern},
		{Name: "regexall", Doc: "Gives all matches of a regular expression (RE2) as a list, each as regex gives it.",
			Params:   []string{"pattern: the regular expression", "text: where to look"},
			Examples: []Example{{`regexall("[a-z]+", "1234abcd5678efgh9")`, `tolist(["abcd", "efgh"])`}, {`length(regexall("x", "abc"))`, `0`}},
			Func:     stdlib.RegexAllFunc, Check: checkMatches},
		{Name: "regex_replace", Doc: "Replaces every match of a regular expression (RE2).",
			Params: []string{"text: where to look", "pattern: the regular expression",
				"replacement: what to write instead; $1 or ${name} stand for a group, and $$ for a dollar sign"},
			Examples: []Example{{`regex_replace("a1b22", "[0-9]+", "-")`, `"a-b-"`}, {`regex_replace("-ab-axxb-", "a(x*)b", "$1W")`, `"---"`}},
			Func:     stdlib.RegexReplaceFunc, Check: checkReplacements},
		{Name: "replace", Doc: "Replaces every occurrence of a text in another; between slashes it is a regular expression (RE2).",
			Params: []string{"text: where to look", "part: what to replace, or /PATTERN/",
				"replacement: what to write instead; with a pattern, $1 or ${name} stand for a group"},
			Examples: []Example{{`replace("1 + 2 + 3", "+", "-")`, `"1 - 2 - 3"`}, {`replace("hello world", "/w.*d/", "everybody")`, `"hello everybody"`}},
			Func:     replace(), Check: checkReplace},
		{Name: "semvercmp", Doc: "Tells whether a version satisfies a constraint, such as \">= 1.2, < 2\", \"^1.2\", \"~1.2\" or \"1.2 - 1.4\".",
			Params:   []string{"version: a version such as 1.2.3 or v1.2", "constraint: the constraint"},
			Examples: []Example{{`semvercmp("v1.2.3", ">= 1.0.0")`, `true`}, {`semvercmp("1.2.3", "^2")`, `false`}},
			Func:     satisfies()},
	}
}

// asPattern is the pattern that replace takes between slashes.
func asPattern(part string) (string, bool) {
	if len(part) > 1 && part[0] == '/' && part[len(part)-1] == '/' {
		return part[1 : len(part)-1], true
	}
	return "", false
}

func replace() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Name: "text", Type: cty.String}, {Name: "part", Type: cty.String}, {Name: "replacement", Type: cty.String},
		},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if pattern, ok := asPattern(args[1].AsString()); ok {
				return stdlib.RegexReplace(args[0], cty.StringVal(pattern), args[2])
			}
			return stdlib.Replace(args[0], args[1], args[2])
		},
	})
}

func checkPattern(args []cty.Value) error {
	_, err := compile(args[0].AsString())
	return argument(0, err)
}

func checkMatches(args []cty.Value) error {
	re, err := compile(args[0].AsString())
	if err != nil {
		return argument(0, err)
	}
	return argument(1, checkCount(len(re.FindAllStringIndex(args[1].AsString(), maxElements+1))))
}

func checkReplacements(args []cty.Value) error {
	re, err := compile(args[1].AsString())
	if err != nil {
		return argument(1, err)
	}
	text, replacement := args[0].AsString(), args[2].AsString()
	if checkProduct(len(text)+1, len(replacement)) == nil && !strings.Contains(replacement, "$") {
		return nil
	}
	matches := re.FindAllStringIndex(text, maxText/max(len(replacement), 1)+1)
	if err := checkProduct(len(matches), len(replacement)); err != nil {
		return argument(2, err)
	}
	return argument(2, checkProduct(strings.Count(replacement, "$"), len(text)))
}

func checkReplace(args []cty.Value) error {
	if pattern, ok := asPattern(args[1].AsString()); ok {
		return checkReplacements([]cty.Value{args[0], cty.StringVal(pattern), args[2]})
	}
	return argument(2, checkProduct(strings.Count(args[0].AsString(), args[1].AsString()), len(args[2].AsString())))
}

// compile reads a regular expression. Its error says what is wrong with which part of it.
func compile(pattern string) (*regexp.Regexp, error) {
	re, err := regexp.Compile(pattern)
	if bad, ok := err.(*syntax.Error); ok {
		return nil, fmt.Errorf("%q is no regular expression: %s in %q", pattern, bad.Code, bad.Expr)
	}
	return re, err
}

func satisfies() function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "version", Type: cty.String}, {Name: "constraint", Type: cty.String}},
		Type:         function.StaticReturnType(cty.Bool),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			version, err := semver.NewVersion(args[0].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgErrorf(0, "%q is not a version, such as 1.2.3", args[0].AsString())
			}
			constraint, err := semver.NewConstraint(args[1].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgErrorf(1, "%q is not a constraint, such as \">= 1.2, < 2\"", args[1].AsString())
			}
			return cty.BoolVal(constraint.Check(version)), nil
		},
	})
}
