// Package certtest is an authority that signs certificates for tests.
package certtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"
)

// Authority signs certificates.
type Authority struct {
	Certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// New makes one that nobody knows, with a name.
func New(t testing.TB, name string) *Authority {
	t.Helper()
	a := &Authority{key: newKey(t)}
	a.Certificate = a.sign(t, &x509.Certificate{Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(365 * 24 * time.Hour)}, nil, a.key)
	return a
}

// Signed is a certificate as people have it: PEM of it and who signed it, and of its key.
type Signed struct{ Certificate, Issuer, Key string }

// Chain is both certificates.
func (s Signed) Chain() string { return s.Certificate + s.Issuer }

// For signs a certificate for hosts that ends after a time from now, and began so long ago that it had as much before.
func (a *Authority) For(t testing.TB, ends time.Duration, hosts ...string) Signed {
	t.Helper()
	return a.Between(t, time.Now().Add(-ends.Abs()-time.Hour), time.Now().Add(ends), hosts...)
}

// Between signs one for a time.
func (a *Authority) Between(t testing.TB, from, to time.Time, hosts ...string) Signed {
	t.Helper()
	key := newKey(t)
	name := ""
	if len(hosts) > 0 {
		name = hosts[0]
	}
	one := a.sign(t, &x509.Certificate{Subject: pkix.Name{CommonName: name}, DNSNames: hosts, NotBefore: from, NotAfter: to,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}, a.Certificate, key)
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return Signed{text("CERTIFICATE", one.Raw), text("CERTIFICATE", a.Certificate.Raw), text("PRIVATE KEY", raw)}
}

func (a *Authority) sign(t testing.TB, template, parent *x509.Certificate, key *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	if template.SerialNumber = serial; parent == nil {
		parent = template
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	one, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return one
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func text(kind string, raw []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: raw}))
}
