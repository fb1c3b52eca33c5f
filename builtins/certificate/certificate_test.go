package certificate_test

import (
	"crypto/tls"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/certificate"
	"github.com/deployrecipe/recipe/builtins/certificate/certtest"
)

func TestPair(t *testing.T) {
	a, b := certtest.New(t, "first authority"), certtest.New(t, "second authority")
	one, two := a.For(t, time.Hour, "Shop.test", "*.shop.test"), b.For(t, time.Hour, "blog.test")
	for _, test := range []struct{ name, chain, key, want string }{
		{"alone", one.Certificate, one.Key, ""},
		{"with who signed it", one.Chain(), one.Key, ""},
		{"both in one text", one.Key + "some words\n" + one.Chain(), one.Chain() + one.Key, ""},
		{"another's key", one.Chain(), two.Key, "the key is not that of the certificate of CN=Shop.test"},
		{"upside down", one.Issuer + one.Certificate, one.Key, "the key is that of certificate 2 in the chain, of CN=Shop.test, which has to come first"},
		{"no certificate", "shop.pem", one.Key, "it holds no certificate"},
		{"no key", one.Chain(), one.Chain(), "it holds no private key"},
		{"an encrypted key", one.Chain(), strings.ReplaceAll(one.Key, "PRIVATE", "ENCRYPTED PRIVATE"), "the key is encrypted"},
		{"a broken key", one.Chain(), strings.Replace(one.Key, "\nM", "\nN", 1), "the key cannot be read"},
		{"a broken certificate", one.Issuer + strings.Replace(one.Certificate, "\nM", "\nN", 1), one.Key, "certificate 2 in it cannot be read"},
		{"too much", one.Chain() + strings.Repeat(" ", 300<<10), one.Key, "more than 256 KiB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := certificate.Pair("main", test.chain, test.key)
			if test.want != "" {
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Fatalf("%v, want %q", err, test.want)
				}
				for line := range strings.Lines(test.key) {
					if len(line) > 20 && strings.Contains(err.Error(), strings.TrimSpace(line)) && !strings.HasPrefix(line, "---") {
						t.Errorf("the error holds a part of the key: %v", err)
					}
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tls.X509KeyPair(p.PEM, p.PEM); err != nil {
				t.Error(err)
			}
			if strings.Join(p.Hosts, " ") != "*.shop.test shop.test" || len(p.Fingerprint) != 64 || (p.Chain == "") != (test.chain == one.Certificate) {
				t.Errorf("%+v", p.Certificate)
			}
			for host, covered := range map[string]bool{"shop.test": true, "a.shop.test": true, "a.b.shop.test": false, "test": false, "xshop.test": false} {
				if p.Covers(host) != covered {
					t.Errorf("%s is covered: %v", host, !covered)
				}
			}
		})
	}
}

func TestChain(t *testing.T) {
	a, b := certtest.New(t, "first authority"), certtest.New(t, "second authority")
	one, two := a.For(t, time.Hour, "shop.test"), b.For(t, time.Hour, "blog.test")
	for _, test := range []struct {
		name, text string
		order      string
		alone      bool
	}{
		{"alone", one.Certificate, "", true},
		{"in order", one.Chain(), "", false},
		{"of itself", one.Issuer, "", false},
		{"another's", one.Certificate + two.Issuer, "number 1 in it, of CN=shop.test, was signed by CN=first authority, and the next one is of CN=second authority", false},
	} {
		chain, err := certificate.Read(test.text)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := chain.Order(); err != nil {
			got = err.Error()
		}
		if got != test.order || chain.Alone() != test.alone {
			t.Errorf("%s: %q, alone %v", test.name, got, chain.Alone())
		}
	}
}

func TestSoon(t *testing.T) {
	a, begin := certtest.New(t, "authority"), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct{ days, at, soon int }{{90, 75, 0}, {90, 77, 1}, {365, 350, 0}, {365, 352, 1}, {6, 3, 0}, {6, 5, 1}} {
		chain, err := certificate.Read(a.Between(t, begin, begin.AddDate(0, 0, test.days), "shop.test").Certificate)
		if err != nil {
			t.Fatal(err)
		}
		if got := chain.Soon(begin.AddDate(0, 0, test.at)); got != (test.soon == 1) {
			t.Errorf("of %d days, on day %d: %v", test.days, test.at, got)
		}
	}
}

// FuzzPair reads whatever people hand over.
func FuzzPair(f *testing.F) {
	f.Add("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
	f.Add("", "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END EC PRIVATE KEY-----\n")
	f.Fuzz(func(t *testing.T, chain, key string) {
		if p, err := certificate.Pair("x", chain, key); err == nil && len(p.PEM) == 0 {
			t.Error("a pair of nothing")
		}
		certificate.HoldsKey(chain)
	})
}
