package funcs

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"

	yaml "github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/ianaindex"
)

func encodings() []Func {
	return []Func{
		{Name: "base64decode", Doc: "Decodes base64, which must give text in UTF-8.",
			Params:   []string{"base64: the text to decode"},
			Examples: []Example{{`base64decode("SGVsbG8gV29ybGQ=")`, `"Hello World"`}},
			Func: mapped(func(s string) (string, error) {
				b, err := unbase64(s)
				if err != nil {
					return "", err
				}
				return utf8Text(b)
			})},
		{Name: "base64encode", Doc: "Encodes a text in base64.",
			Params:   []string{"text: the text"},
			Examples: []Example{{`base64encode("Hello World")`, `"SGVsbG8gV29ybGQ="`}},
			Func:     mapped(func(s string) (string, error) { return base64.StdEncoding.EncodeToString([]byte(s)), nil })},
		{Name: "base64gzip", Doc: "Compresses a text with gzip and encodes that in base64.",
			Params:   []string{"text: the text"},
			Examples: []Example{{`base64gzip("test")`, `"H4sIAAAAAAAA/ypJLS4BAAAA//8BAAD//wx+f9gEAAAA"`}},
			Func:     mapped(gzipped)},
		{Name: "csvdecode", Doc: "Reads comma-separated values as a list of objects by the names in the first line.",
			Params:   []string{"csv: the lines"},
			Examples: []Example{{`csvdecode("a,b\n1,2\n3,4")`, `[{ a = "1", b = "2" }, { a = "3", b = "4" }]`}},
			Func:     stdlib.CSVDecodeFunc,
			Check: func(args []cty.Value) error {
				s := args[0].AsString()
				return argument(0, checkCount(strings.Count(s, ",")+strings.Count(s, "\n")))
			}},
		{Name: "jsondecode", Doc: "Reads a value from JSON.",
			Params:   []string{"json: the text"},
			Examples: []Example{{`jsondecode("{\"hello\": [1, true]}")`, `{ hello = [1, true] }`}},
			Func:     stdlib.JSONDecodeFunc, Check: func(args []cty.Value) error { return argument(0, checkJSON(args[0].AsString())) }},
		{Name: "jsonencode", Doc: "Writes a value as JSON, in one line.",
			Params:   []string{"value: the value"},
			Examples: []Example{{`jsonencode({ hello = "world", list = [1, null] })`, `"{\"hello\":\"world\",\"list\":[1,null]}"`}},
			Func:     stdlib.JSONEncodeFunc},
		{Name: "textdecodebase64", Doc: "Decodes base64 that holds a text in a character encoding.",
			Params:   []string{"base64: the text to decode", "encoding: the encoding by its IANA name, such as UTF-16LE"},
			Examples: []Example{{`textdecodebase64("SABlAGwAbABvAA==", "UTF-16LE")`, `"Hello"`}},
			Func:     recoded(decodeText)},
		{Name: "textencodebase64", Doc: "Writes a text in a character encoding, and that in base64.",
			Params:   []string{"text: the text", "encoding: the encoding by its IANA name, such as UTF-16LE"},
			Examples: []Example{{`textencodebase64("Hello", "UTF-16LE")`, `"SABlAGwAbABvAA=="`}},
			Func:     recoded(encodeText)},
		{Name: "urlencode", Doc: "Writes a text so that it can stand in the query of a URL.",
			Params:   []string{"text: the text"},
			Examples: []Example{{`urlencode("a b&c=ü")`, `"a+b%26c%3D%C3%BC"`}},
			Func:     mapped(func(s string) (string, error) { return url.QueryEscape(s), nil })},
		{Name: "yamldecode", Doc: "Reads a value from YAML, which must be one document.",
			Params:   []string{"yaml: the text"},
			Examples: []Example{{`yamldecode("hello: [1, world]")`, `{ hello = [1, "world"] }`}},
			Func:     yaml.YAMLDecodeFunc, Check: func(args []cty.Value) error { return argument(0, checkYAML(args[0].AsString())) }},
		{Name: "yamlencode", Doc: "Writes a value as YAML.",
			Params:   []string{"value: the value"},
			Examples: []Example{{`yamlencode({ a = "b", c = [1] })`, `"\"a\": \"b\"\n\"c\":\n- 1\n"`}},
			Func:     yaml.YAMLEncodeFunc},
	}
}

func unbase64(s string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, errors.New("the text is not base64")
	}
	return b, nil
}

// gzipped flushes before it closes, as Terraform does: the result is compared.
func gzipped(s string) (string, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(s))
	if err := errors.Join(err, z.Flush(), z.Close()); err != nil {
		return "", errors.New("it cannot be compressed")
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// recoded makes a function of a text and the name of a character encoding.
func recoded(f func(s string, e encoding.Encoding, name string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "text", Type: cty.String}, {Name: "encoding", Type: cty.String}},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			name := args[1].AsString()
			e, err := ianaindex.IANA.Encoding(name)
			if err != nil || e == nil {
				return cty.NilVal, function.NewArgErrorf(1, "%q is no character encoding that is known here; UTF-16LE and ISO-8859-1 are, for example", name)
			}
			s, err := f(args[0].AsString(), e, name)
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			return cty.StringVal(s), nil
		},
	})
}

func encodeText(s string, e encoding.Encoding, name string) (string, error) {
	b, err := e.NewEncoder().Bytes([]byte(s))
	if err != nil {
		return "", fmt.Errorf("it has characters that %s has not", name)
	}
	return base64.StdEncoding.EncodeToString(b), nil
}

func decodeText(s string, e encoding.Encoding, name string) (string, error) {
	b, err := unbase64(s)
	if err != nil {
		return "", err
	}
	b, err = e.NewDecoder().Bytes(b)
	if err != nil || bytes.ContainsRune(b, '\uFFFD') {
		return "", fmt.Errorf("what the base64 holds is not text in %s", name)
	}
	return string(b), nil
}
