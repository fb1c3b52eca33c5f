// Package certificate reads certificates and their keys as people hand them over, in PEM, and says what is wrong with
// them before HAProxy or a browser would.
package certificate

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// maxText is how many bytes of PEM are read: a certificate of a hundred names with three that signed it has 16 KiB.
const maxText = 256 << 10

// Chain is a certificate, followed by those that signed each other up to one that clients know; that one may be left out.
type Chain []*x509.Certificate

// Read reads the certificates in a text, and passes over what else is there.
func Read(text string) (Chain, error) {
	var chain Chain
	err := blocks(text, func(b *pem.Block) error {
		if b.Type != "CERTIFICATE" {
			return nil
		}
		one, err := x509.ParseCertificate(b.Bytes)
		if err != nil {
			return fmt.Errorf("certificate %d in it cannot be read: %s", len(chain)+1, strings.TrimPrefix(err.Error(), "x509: "))
		}
		chain = append(chain, one)
		return nil
	})
	if err == nil && len(chain) == 0 {
		err = errors.New("it holds no certificate: PEM has one between -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----")
	}
	return chain, err
}

// blocks calls f with each block of PEM in a text.
func blocks(text string, f func(*pem.Block) error) error {
	if len(text) > maxText {
		return fmt.Errorf("it has more than %d KiB, too much for a certificate or a key", maxText>>10)
	}
	for rest := []byte(text); ; {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			return nil
		}
		if err := f(b); err != nil {
			return err
		}
	}
}

// HoldsKey tells whether there is a private key in a text.
func HoldsKey(text string) bool {
	errFound := errors.New("found")
	return blocks(text, func(b *pem.Block) error {
		if strings.HasSuffix(b.Type, "PRIVATE KEY") {
			return errFound
		}
		return nil
	}) != nil
}

// Order tells of the first certificate that did not sign the one before it.
func (c Chain) Order() error {
	for i, signer := range c[1:] {
		if err := c[i].CheckSignatureFrom(signer); err != nil {
			return fmt.Errorf("number %d in it, of %s, was signed by %s, and the next one is of %s", i+1, named(c[i].Subject.String()), named(c[i].Issuer.String()), named(signer.Subject.String()))
		}
	}
	return nil
}

func named(text string) string {
	if text == "" {
		return "nobody named"
	}
	return text
}

// Alone tells whether clients may not know who signed the certificate: it comes without that one and did not sign itself.
func (c Chain) Alone() bool {
	return len(c) == 1 && !bytes.Equal(c[0].RawIssuer, c[0].RawSubject)
}

// Issuer names who signed the certificate.
func (c Chain) Issuer() string { return named(c[0].Issuer.String()) }

// Soon tells whether the certificate expires soon: within 14 days, or the last third of its time where that is less.
func (c Chain) Soon(now time.Time) bool {
	third := c[0].NotAfter.Sub(c[0].NotBefore) / 3
	return now.Add(min(14*24*time.Hour, third)).After(c[0].NotAfter)
}

// Certificate is what the edge tells of the chain under a name.
func (c Chain) Certificate(name string) proxy.Certificate {
	sum := sha256.Sum256(c[0].Raw)
	told := proxy.Certificate{Name: name, Fingerprint: hex.EncodeToString(sum[:]), Expires: c[0].NotAfter.UTC()}
	if len(c) > 1 {
		h := sha256.New()
		for _, more := range c[1:] {
			h.Write(more.Raw)
		}
		told.Chain = hex.EncodeToString(h.Sum(nil)[:8])
	}
	for _, host := range c[0].DNSNames {
		told.Hosts = append(told.Hosts, strings.ToLower(host))
	}
	slices.Sort(told.Hosts)
	told.Hosts = slices.Compact(told.Hosts)
	return told
}

// Key reads the private key in a text. Its error holds nothing of it.
func Key(text string) (crypto.Signer, *pem.Block, error) {
	var found *pem.Block
	err := blocks(text, func(b *pem.Block) error {
		if found == nil && strings.HasSuffix(b.Type, "PRIVATE KEY") {
			found = b
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, nil, err
	case found == nil:
		return nil, nil, errors.New("it holds no private key: PEM has one between -----BEGIN PRIVATE KEY----- and -----END PRIVATE KEY-----")
	case found.Type == "ENCRYPTED PRIVATE KEY" || found.Headers["Proc-Type"] != "":
		return nil, nil, errors.New("the key is encrypted, and nobody is there to give its password when HAProxy starts: decrypt it with \"openssl pkey\" and keep it in a secret")
	}
	key, err := parseKey(found)
	if err != nil {
		return nil, nil, errors.New("the key cannot be read: it is neither PKCS #8 nor PKCS #1 nor SEC 1, or of a kind that TLS does not use")
	}
	return key, &pem.Block{Type: found.Type, Bytes: found.Bytes}, nil
}

func parseKey(b *pem.Block) (crypto.Signer, error) {
	var key any
	var err error
	switch b.Type {
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(b.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(b.Bytes)
	default:
		key, err = x509.ParsePKCS8PrivateKey(b.Bytes)
	}
	signer, ok := key.(crypto.Signer)
	if err == nil && !ok {
		err = errors.New("no key that signs")
	}
	return signer, err
}

// Fits tells whether a key is that of the chain's first certificate.
func (c Chain) Fits(key crypto.Signer) error {
	type public interface{ Equal(crypto.PublicKey) bool }
	mine, ok := key.Public().(public)
	if ok && mine.Equal(c[0].PublicKey) {
		return nil
	}
	for i, other := range c[1:] {
		if ok && mine.Equal(other.PublicKey) {
			return fmt.Errorf("the key is that of certificate %d in the chain, of %s, which has to come first", i+2, named(other.Subject.String()))
		}
	}
	return fmt.Errorf("the key is not that of the certificate of %s", named(c[0].Subject.String()))
}

// Pair puts a chain and a key together, for Edge.Certify.
func Pair(name, chain, key string) (proxy.Pair, error) {
	certificates, err := Read(chain)
	if err != nil {
		return proxy.Pair{}, err
	}
	signer, block, err := Key(key)
	if err != nil {
		return proxy.Pair{}, err
	}
	if err := certificates.Fits(signer); err != nil {
		return proxy.Pair{}, err
	}
	var text bytes.Buffer
	for _, one := range certificates {
		text.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: one.Raw}))
	}
	text.Write(pem.EncodeToMemory(block))
	return proxy.Pair{Certificate: certificates.Certificate(name), PEM: text.Bytes()}, nil
}
