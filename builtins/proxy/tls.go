package proxy

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"
)

// TLS is how a port speaks it, with the certificates that one recipe brings. A port takes all that the recipes on it
// bring, and of them the one that names the host which a client asks for; where none does, or the client names no host,
// the connection is refused: a certificate of somebody else's would tell of an app that has nothing to do with it.
type TLS struct {
	Certificates []Certificate `json:"certificates,omitempty"` // by Name
	// Min is the oldest version that is spoken with these certificates, "1.2" or "1.3"; "1.2" when empty.
	Min string `json:"min,omitempty"`
	// HTTP1 says that HTTP/2 is not offered with these certificates.
	HTTP1 bool `json:"http1,omitempty"`
}

// Certificate tells of a certificate what whoever connects may see. Its key is nowhere but in a place of the edge that
// no Reader tells of, see Edge.Certify; nothing here is made of it.
type Certificate struct {
	Name string `json:"name"` // the block's label
	// Fingerprint is the SHA-256 of the certificate, in hex, and Chain that of those that come with it, of which the
	// first 16 digits; empty for none.
	Fingerprint string `json:"fingerprint"`
	Chain       string `json:"chain,omitempty"`
	// Hosts are the names in it, in order and in lower case; *.example.com stands for one label.
	Hosts   []string  `json:"hosts,omitempty"`
	Expires time.Time `json:"expires"` // in whole seconds
}

// ID names what a certificate holds: two of one ID are served alike.
func (c Certificate) ID() string {
	if c.Chain == "" {
		return c.Fingerprint
	}
	return c.Fingerprint + "-" + c.Chain
}

// Pair is a certificate with its key: PEM of the certificate, of those that signed it in their order, and of the key.
type Pair struct {
	Certificate
	PEM []byte
}

// IDs are those of all certificates of a site, in order and each once.
func (s *Site) IDs() []string {
	var ids []string
	for _, p := range s.Ports {
		if p.TLS != nil {
			for _, c := range p.TLS.Certificates {
				ids = append(ids, c.ID())
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (t *TLS) clone() *TLS {
	if t == nil {
		return nil
	}
	one := *t
	one.Certificates = slices.Clone(t.Certificates)
	for i := range one.Certificates {
		one.Certificates[i].Hosts = slices.Clone(one.Certificates[i].Hosts)
	}
	return &one
}

func (t *TLS) normal() {
	if t == nil {
		return
	}
	if t.Min == "1.2" {
		t.Min = ""
	}
	for i := range t.Certificates {
		c := &t.Certificates[i]
		slices.Sort(c.Hosts)
		c.Hosts = orNil(slices.Compact(c.Hosts))
		c.Expires = c.Expires.UTC().Truncate(time.Second)
	}
	slices.SortFunc(t.Certificates, func(a, b Certificate) int { return cmp.Compare(a.Name, b.Name) })
	t.Certificates = orNil(t.Certificates)
}

var (
	fingerprintForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
	chainForm       = regexp.MustCompile(`^([0-9a-f]{16})?$`)
	sniForm         = regexp.MustCompile(`^(\*\.)?[a-z0-9_.-]+$`)
)

func (v *validator) tls(p Port) {
	if p.TLS == nil {
		return
	}
	if p.TLS.Min != "" && p.TLS.Min != "1.3" {
		v.add("port %s: TLS %s is neither 1.2 nor 1.3", p.Name, p.TLS.Min)
	}
	names := map[string]bool{}
	for _, c := range p.TLS.Certificates {
		v.name("port "+p.Name+": certificate", c.Name)
		v.once(names, "port "+p.Name+": certificate", c.Name)
		if !fingerprintForm.MatchString(c.Fingerprint) || !chainForm.MatchString(c.Chain) {
			v.add("port %s: certificate %s has no fingerprint", p.Name, c.Name)
		}
		if year := c.Expires.Year(); year < 1 || year > 9999 {
			v.add("port %s: certificate %s expires in the year %d", p.Name, c.Name, year)
		}
		for _, host := range c.Hosts {
			if len(host) > 255 || !sniForm.MatchString(host) {
				v.add("port %s: certificate %s: %q is not a host name", p.Name, c.Name, host)
			}
		}
	}
}

// Covers tells whether a client that asks for a host is shown one of the certificates.
func Covers(certificates []Certificate, host string) bool {
	return slices.ContainsFunc(certificates, func(c Certificate) bool { return c.Covers(host) })
}

// Covers tells whether a client that asks for a host takes the certificate for that host's.
func (c Certificate) Covers(host string) bool {
	_, above, _ := strings.Cut(host, ".")
	return slices.Contains(c.Hosts, host) || above != "" && slices.Contains(c.Hosts, "*."+above)
}
