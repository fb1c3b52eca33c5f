package funcs

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/url"
	"unicode/utf8"

	yaml "github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func encodings() []Func {
	return []Func{
		{Name: "base64decode", Doc: "Decodes base64, which must give text in UTF-8.", Example: `base64decode("aGk=")`, Result: `"hi"`, Func: mapped(decodeBase64)},
		{Name: "base64encode", Doc: "Encodes a text in base64.", Example: `base64encode("hi")`, Result: `"aGk="`, Func: mapped(func(s string) (string, error) {
			return base64.StdEncoding.EncodeToString([]byte(s)), nil
		})},
		{Name: "csvdecode", Doc: "Reads comma-separated values as a list of objects by the names in the first line.", Example: `csvdecode("a,b\n1,2")[0].b`, Result: `"2"`, Func: stdlib.CSVDecodeFunc},
		{Name: "jsondecode", Doc: "Reads a value from JSON.", Example: `jsondecode("[1, true]")`, Result: `[1, true]`, Func: stdlib.JSONDecodeFunc},
		{Name: "jsonencode", Doc: "Writes a value as JSON.", Example: `jsonencode({ a = [1, null] })`, Result: `"{\"a\":[1,null]}"`, Func: stdlib.JSONEncodeFunc},
		{Name: "urlencode", Doc: "Writes a text so that it can stand in the query of a URL.", Example: `urlencode("a b&c")`, Result: `"a+b%26c"`, Func: mapped(func(s string) (string, error) {
			return url.QueryEscape(s), nil
		})},
		{Name: "yamldecode", Doc: "Reads a value from YAML.", Example: `yamldecode("a: [1, b]").a[1]`, Result: `"b"`, Func: yaml.YAMLDecodeFunc},
		{Name: "yamlencode", Doc: "Writes a value as YAML.", Example: `yamlencode({ a = 1 })`, Result: `"\"a\": 1\n"`, Func: yaml.YAMLEncodeFunc},
	}
}

func digests() []Func {
	sum := func(hash func([]byte) []byte) function.Function {
		return mapped(func(s string) (string, error) { return hex.EncodeToString(hash([]byte(s))), nil })
	}
	return []Func{
		{Name: "md5", Doc: "Gives the MD5 digest of a text in hexadecimal, for what still asks for it.", Example: `substr(md5("a"), 0, 8)`, Result: `"0cc175b9"`, Func: sum(func(b []byte) []byte { d := md5.Sum(b); return d[:] })},
		{Name: "sha1", Doc: "Gives the SHA-1 digest of a text in hexadecimal, for what still asks for it.", Example: `substr(sha1("a"), 0, 8)`, Result: `"86f7e437"`, Func: sum(func(b []byte) []byte { d := sha1.Sum(b); return d[:] })},
		{Name: "sha256", Doc: "Gives the SHA-256 digest of a text in hexadecimal.", Example: `substr(sha256("a"), 0, 8)`, Result: `"ca978112"`, Func: sum(func(b []byte) []byte { d := sha256.Sum256(b); return d[:] })},
		{Name: "sha512", Doc: "Gives the SHA-512 digest of a text in hexadecimal.", Example: `substr(sha512("a"), 0, 8)`, Result: `"1f40fc92"`, Func: sum(func(b []byte) []byte { d := sha512.Sum512(b); return d[:] })},
	}
}

func decodeBase64(s string) (string, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	switch {
	case err != nil:
		return "", errors.New("the text is not base64")
	case !utf8.Valid(b):
		return "", errors.New("what the base64 holds is not text in UTF-8")
	}
	return string(b), nil
}

// mapped makes a function of one text.
func mapped(f func(string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "text", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			s, err := f(args[0].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			return cty.StringVal(s), nil
		},
	})
}
