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
		{"base64decode", "Decodes base64, which must give text in UTF-8.", `base64decode("aGk=")`, `"hi"`, mapped(decodeBase64)},
		{"base64encode", "Encodes a text in base64.", `base64encode("hi")`, `"aGk="`, mapped(func(s string) (string, error) {
			return base64.StdEncoding.EncodeToString([]byte(s)), nil
		})},
		{"csvdecode", "Reads comma-separated values as a list of objects by the names in the first line.", `csvdecode("a,b\n1,2")[0].b`, `"2"`, stdlib.CSVDecodeFunc},
		{"jsondecode", "Reads a value from JSON.", `jsondecode("[1, true]")`, `[1, true]`, stdlib.JSONDecodeFunc},
		{"jsonencode", "Writes a value as JSON.", `jsonencode({ a = [1, null] })`, `"{\"a\":[1,null]}"`, stdlib.JSONEncodeFunc},
		{"urlencode", "Writes a text so that it can stand in the query of a URL.", `urlencode("a b&c")`, `"a+b%26c"`, mapped(func(s string) (string, error) {
			return url.QueryEscape(s), nil
		})},
		{"yamldecode", "Reads a value from YAML.", `yamldecode("a: [1, b]").a[1]`, `"b"`, yaml.YAMLDecodeFunc},
		{"yamlencode", "Writes a value as YAML.", `yamlencode({ a = 1 })`, `"\"a\": 1\n"`, yaml.YAMLEncodeFunc},
	}
}

func digests() []Func {
	sum := func(hash func([]byte) []byte) function.Function {
		return mapped(func(s string) (string, error) { return hex.EncodeToString(hash([]byte(s))), nil })
	}
	return []Func{
		{"md5", "Gives the MD5 digest of a text in hexadecimal, for what still asks for it.", `substr(md5("a"), 0, 8)`, `"0cc175b9"`,
			sum(func(b []byte) []byte { d := md5.Sum(b); return d[:] })},
		{"sha1", "Gives the SHA-1 digest of a text in hexadecimal, for what still asks for it.", `substr(sha1("a"), 0, 8)`, `"86f7e437"`,
			sum(func(b []byte) []byte { d := sha1.Sum(b); return d[:] })},
		{"sha256", "Gives the SHA-256 digest of a text in hexadecimal.", `substr(sha256("a"), 0, 8)`, `"ca978112"`,
			sum(func(b []byte) []byte { d := sha256.Sum256(b); return d[:] })},
		{"sha512", "Gives the SHA-512 digest of a text in hexadecimal.", `substr(sha512("a"), 0, 8)`, `"1f40fc92"`,
			sum(func(b []byte) []byte { d := sha512.Sum512(b); return d[:] })},
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
