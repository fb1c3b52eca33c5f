package funcs

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

// Directories that were allowed can be read by every way to them, and nothing else that lies outside.
func TestAllowed(t *testing.T) {
	in := inputs(t)
	outer := filepath.Dir(in.Dir)
	for _, name := range []string{"allowed", "home"} {
		dir := filepath.Join(outer, name)
		in.Allowed = append(in.Allowed, Directory{Path: dir, FS: open(t, dir)})
	}
	if err := os.Symlink("../outside.txt", filepath.Join(outer, "allowed/out.txt")); err != nil {
		t.Fatal(err)
	}
	ctx := scope(in)
	for call, want := range map[string]string{
		`file("../allowed/a.txt")`:                      `"allowed"`,
		`file("${dirname(path.module)}/allowed/a.txt")`: `"allowed"`,
		`file("~/me.txt")`:                              `"mine"`,
		`fileset("../allowed", "a.*")`:                  `toset(["a.txt"])`,
		`can(file("../allowed/out.txt"))`:               `false`,
		`can(file("../allowed/../outside.txt"))`:        `false`,
		`can(file("../outside.txt"))`:                   `false`,
		`length(contextdigest("../allowed"))`:           `32`,
	} {
		check(t, ctx, call, want)
	}
}

// Variables of the environment may hold any bytes, and texts may not.
func TestNoText(t *testing.T) {
	in := Inputs{Env: func(string) (string, bool) { return "a\xff", true }}
	if _, diags := eval(t, scope(in), `env("X")`); !strings.Contains(diags.Error(), "in the result there is text that is not UTF-8") {
		t.Error(diags)
	}
	ctx := scope(in)
	ctx.Variables["odd"] = cty.TupleVal([]cty.Value{cty.MapVal(map[string]cty.Value{"a\xff": cty.True}), cty.ObjectVal(map[string]cty.Value{"a\xff": cty.True})})
	for _, call := range []string{`yamlencode(odd[0])`, `yamlencode(odd[1])`} {
		if _, diags := eval(t, ctx, call); !strings.Contains(diags.Error(), "there is text that is not UTF-8") {
			t.Errorf("%s: %s", call, diags)
		}
	}
}

// The digest of a context changes with what a build could see, and with nothing else.
func TestContextDigest(t *testing.T) {
	in := inputs(t)
	digest := func() string {
		v, diags := eval(t, scope(in), `contextdigest("conf")`)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		return v.AsString()
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(in.Dir, "conf", name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	first := digest()
	write("ignored", "something else, of another length")
	if digest() != first {
		t.Error("what .dockerignore names changes the digest")
	}
	write("a.conf", "something else")
	if digest() == first {
		t.Error("the content of a file does not change the digest")
	}
}

// Keys are read in the forms that people have them in.
func TestRSADecrypt(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := rsa.EncryptPKCS1v15(rand.Reader, &key.PublicKey, []byte("message"))
	if err != nil {
		t.Fatal(err)
	}
	eight, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	ctx := scope(Inputs{})
	for kind, der := range map[string][]byte{"RSA PRIVATE KEY": x509.MarshalPKCS1PrivateKey(key), "PRIVATE KEY": eight} {
		ctx.Variables["ciphertext"] = cty.StringVal(base64.StdEncoding.EncodeToString(secret))
		ctx.Variables["privatekey"] = cty.StringVal(string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})))
		check(t, ctx, `rsadecrypt(ciphertext, privatekey)`, `"message"`)
		_, diags := eval(t, ctx, `rsadecrypt(base64encode("hello"), privatekey)`)
		if !strings.Contains(diags.Error(), "it was not encrypted for this key") {
			t.Error(diags)
		}
	}
}
