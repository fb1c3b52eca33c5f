package funcs

import (
	"crypto/md5"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"

	"github.com/google/uuid"
	"github.com/hashicorp/go-cty-funcs/crypto"
	ctyuuid "github.com/hashicorp/go-cty-funcs/uuid"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/ssh"
)

// digest is a way to digest bytes and to write that down. There is a function of a text for each, and one of a file.
type digest struct {
	name, words string
	hash        func() hash.Hash
	write       func([]byte) string
	hello       string // the digest of "hello\n"
}

func digestsKnown() []digest {
	return []digest{
		{"base64sha256", "SHA-256 digest of %s in base64", sha256.New, base64.StdEncoding.EncodeToString,
			"WJG1tSLV3whtD/CxEPvZ0hu0/HFjrzTQgoai6Eb2vgM="},
		{"base64sha512", "SHA-512 digest of %s in base64", sha512.New, base64.StdEncoding.EncodeToString,
			"58IrmUxZ2c8rSOVJseJGZmNgRZMNPafBrLKZ0cO3+TH5Sq5B7dosKyB6NuEPi8uNRSI+VIePWzFufOO2vAGWKQ=="},
		{"md5", "MD5 digest of %s in hexadecimal, for what still asks for it", md5.New, hex.EncodeToString,
			"b1946ac92492d2347c6235b4d2611184"},
		{"sha1", "SHA-1 digest of %s in hexadecimal, for what still asks for it", sha1.New, hex.EncodeToString,
			"f572d396fae9206628714fb2ce00f72e94f2258f"},
		{"sha256", "SHA-256 digest of %s in hexadecimal", sha256.New, hex.EncodeToString,
			"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"},
		{"sha512", "SHA-512 digest of %s in hexadecimal", sha512.New, hex.EncodeToString,
			"e7c22b994c59d9cf2b48e549b1e24666636045930d3da7c1acb299d1c3b7f931f94aae41edda2c2b207a36e10f8bcb8d45223e54878f5b316e7ce3b6bc019629"},
	}
}

func (d digest) of(b []byte) string {
	h := d.hash()
	h.Write(b)
	return d.write(h.Sum(nil))
}

func digests(in Inputs) []Func {
	var all []Func
	for _, d := range digestsKnown() {
		all = append(all, Func{
			Name: d.name, Doc: fmt.Sprintf("Gives the "+d.words+".", "a text"),
			Params:   []string{"text: the text"},
			Examples: []Example{{d.name + `("hello\n")`, `"` + d.hello + `"`}},
			Func:     mapped(func(s string) (string, error) { return d.of([]byte(s)), nil }),
		})
	}
	return append(all,
		Func{Name: "bcrypt", Doc: "Gives a bcrypt hash of a password, another one each time. It is unknown while a plan is made, so only outputs can show it.",
			Params: []string{"password: the password, 72 bytes at most", "cost: from 4 to 31, 10 if it is left out; each step doubles the time"},
			Once:   true, Examples: []Example{{`bcrypt("hello")`, ``}},
			Func: in.later(crypto.BcryptFunc), Check: checkBcrypt},
		Func{Name: "rsadecrypt", Doc: "Decrypts what was encrypted with RSA (PKCS #1 v1.5).",
			Params:   []string{"ciphertext: what to decrypt, in base64", "privatekey: the key in PEM or OpenSSH form, without a password"},
			Examples: []Example{{`can(rsadecrypt("aGVsbG8=", "no key"))`, `false`}},
			Func:     decrypt()},
		Func{Name: "uuid", Doc: "Gives a random identifier, another one each time. It is unknown while a plan is made, so only outputs can show it.",
			Examples: []Example{{`uuid()`, ``}}, Func: in.later(ctyuuid.V4Func)},
		Func{Name: "uuidv4", Doc: "Gives a random identifier, as uuid does.",
			Examples: []Example{{`uuidv4()`, ``}}, Func: in.later(ctyuuid.V4Func)},
		Func{Name: "uuidv5", Doc: "Gives the identifier that a name has in a namespace, always the same one.",
			Params:   []string{"namespace: \"dns\", \"url\", \"oid\", \"x500\" or an identifier", "name: the name"},
			Examples: []Example{{`uuidv5("dns", "www.terraform.io")`, `"a5008fae-b28c-5ba5-96cd-82b4c53552d6"`}},
			Func:     ctyuuid.V5Func, Check: checkNamespace},
	)
}

// later is a function whose result differs from call to call: it is unknown while a plan is made.
func (in Inputs) later(f function.Function) function.Function {
	if in.Now == nil {
		return function.Unpredictable(f)
	}
	return f
}

func checkBcrypt(args []cty.Value) error {
	if len(args[0].AsString()) > 72 {
		return function.NewArgErrorf(0, "bcrypt takes 72 bytes at most")
	}
	if len(args) < 2 || !args[1].IsKnown() || args[1].IsNull() {
		return nil
	}
	if cost := whole(args[1]); cost < bcrypt.MinCost || cost > bcrypt.MaxCost {
		return function.NewArgErrorf(1, "a whole number from %d to %d is required", bcrypt.MinCost, bcrypt.MaxCost)
	}
	return nil
}

func checkNamespace(args []cty.Value) error {
	switch name := args[0].AsString(); name {
	case "dns", "url", "oid", "x500":
		return nil
	default:
		if _, err := uuid.Parse(name); err != nil {
			return function.NewArgErrorf(0, `%q is neither "dns", "url", "oid" or "x500" nor an identifier`, name)
		}
		return nil
	}
}

func decrypt() function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "ciphertext", Type: cty.String}, {Name: "privatekey", Type: cty.String}},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			text, err := unbase64(args[0].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			parsed, err := ssh.ParseRawPrivateKey([]byte(args[1].AsString()))
			if protected := (*ssh.PassphraseMissingError)(nil); errors.As(err, &protected) {
				return cty.NilVal, function.NewArgErrorf(1, "the key is protected by a password; take the password off first")
			}
			key, ok := parsed.(*rsa.PrivateKey)
			if err != nil || !ok {
				return cty.NilVal, function.NewArgErrorf(1, "it is not an RSA private key in PEM or OpenSSH form")
			}
			out, err := rsa.DecryptPKCS1v15(nil, key, text)
			if err != nil {
				return cty.NilVal, function.NewArgErrorf(0, "it was not encrypted for this key")
			}
			return textOf(out)
		},
	})
}
