package port

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/certificate"
	"github.com/deployrecipe/recipe/builtins/edge"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/secret"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

func tlsBlock() schema.Block {
	return schema.Block{Name: "tls", Max: 1, Doc: "Has the port speak TLS. Recipes that share the port add their certificates to each other's; a client is shown the one that names the host which it asks for, and is refused where there is none.",
		Args: []schema.Arg{
			{Name: "min_version", Type: schema.OneOf("1.2", "1.3"), Default: `"1.2"`, Change: schema.ProxyOnly, Doc: "The oldest version of TLS that is spoken with these certificates."},
			{Name: "http2", Type: schema.Boolean(), Default: `true`, Change: schema.ProxyOnly, Doc: "Offers HTTP/2 to clients, beside HTTP/1.1. In tcp mode nothing is offered."},
		},
		Blocks: []schema.Block{{Name: "certificate", Label: "name", Doc: "A certificate and its key. Another one of the same label takes over without a reload.",
			Args: []schema.Arg{
				{Name: "chain", Type: schema.Str(), Required: true, Secret: true, Change: schema.ProxyOnly, Doc: "PEM of the certificate, followed by those that signed it, each by the next: file(\"fullchain.pem\"), or a secret."},
				{Name: "key", Type: schema.Str(), Required: true, Secret: true, Change: schema.ProxyOnly, Doc: "PEM of its private key, which has to be a secret."},
			}}}}
}

// TLS is a tls block.
type TLS struct {
	MinVersion  string                 `json:"min_version"`
	HTTP2       bool                   `json:"http2"`
	Certificate map[string]Certificate `json:"certificate,omitempty"`
}

// Certificate is a certificate block.
type Certificate struct {
	Chain state.Text `json:"chain"`
	Key   state.Text `json:"key"`
}

// text gives what a resource was told; not known where secrets were not fetched.
func text(r *state.Resource, t state.Text) (value string, known bool) {
	if t.Secret == "" {
		return t.Plain, true
	}
	value, known = r.Secrets[t.Secret]
	return value, known
}

// chain reads a certificate. Of a value that a test made up nothing can be read.
func chain(r *state.Resource, c Certificate) (certificate.Chain, bool) {
	value, known := text(r, c.Chain)
	if !known || secret.MadeUp(value) {
		return nil, false
	}
	read, err := certificate.Read(value)
	return read, err == nil
}

// tls is what the edge is told of a port's.
func (s Spec) tls(r *state.Resource) *proxy.TLS {
	if s.TLS == nil {
		return nil
	}
	t := &proxy.TLS{Min: s.TLS.MinVersion, HTTP1: !s.TLS.HTTP2 && s.Mode != proxy.TCP}
	for _, name := range slices.Sorted(maps.Keys(s.TLS.Certificate)) {
		c := s.TLS.Certificate[name]
		if read, ok := chain(r, c); ok {
			t.Certificates = append(t.Certificates, read.Certificate(name))
		} else if value, _ := text(r, c.Chain); secret.MadeUp(value) {
			t.Certificates = append(t.Certificates, s.madeUp(name, value))
		}
	}
	return t
}

// madeUp is the certificate of a test that was given none: it names all hosts of the port.
func (s Spec) madeUp(name, value string) proxy.Certificate {
	sum := sha256.Sum256([]byte(value))
	c := proxy.Certificate{Name: name, Fingerprint: hex.EncodeToString(sum[:]), Expires: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}
	for _, route := range s.Route {
		if route.Host != "" {
			c.Hosts = append(c.Hosts, strings.ToLower(route.Host))
		}
	}
	return c
}

// validateTLS finds certificates and keys that HAProxy or clients would refuse, whenever that is.
func validateTLS(r *state.Resource, s Spec) hcl.Diagnostics {
	if s.TLS == nil {
		return nil
	}
	var diags hcl.Diagnostics
	for _, name := range slices.Sorted(maps.Keys(s.TLS.Certificate)) {
		c, at := s.TLS.Certificate[name], "tls.certificate."+name
		fail := func(argument, summary, format string, args ...any) {
			diags = append(diags, diag.Errorf(diag.CertificateUnusable, r.At(at+"."+argument), summary, format, args...))
		}
		value, known := text(r, c.Chain)
		switch {
		case c.Key.Secret == "":
			fail("key", "A key in the open", "The key stands where plans, the record and saved plans show it. Hand it over as a secret: secret \"%s_key\" { file = \"key.pem\" }.", name)
			continue
		case c.Chain.Secret == "" && certificate.HoldsKey(value):
			fail("chain", "A key in the open", "There is a private key beside the certificate, where plans, the record and saved plans show it. Leave it out, or hand both over as one secret.")
			continue
		case !known || secret.MadeUp(value):
			continue
		}
		read, err := certificate.Read(value)
		if err != nil {
			fail("chain", "Not a certificate", "Of certificate %s: %s.", name, err)
			continue
		}
		if err := read.Order(); err != nil {
			fail("chain", "The chain is out of order", "Of certificate %s: %s. Write the server's certificate first, and after each the one that signed it.", name, err)
		}
		if value, known = text(r, c.Key); !known || secret.MadeUp(value) {
			continue
		}
		key, _, err := certificate.Key(value)
		if err != nil {
			fail("key", "Not a key", "Of certificate %s: %s.", name, err)
		} else if err := read.Fits(key); err != nil {
			fail("key", "The key is another certificate's", "Of certificate %s: %s.", name, err)
		}
	}
	return diags
}

// certificates finds what the time and the edge's other recipes tell of certificates. One that expired is refused, unless
// it serves already: no deploy of anything else has to wait for it.
func certificates(in kind.Input) hcl.Diagnostics {
	var diags hcl.Diagnostics
	sites := world.Facts(in.Observed).Edge.Sites
	for _, r := range in.Resources {
		var s Spec
		if json.Unmarshal(r.Spec, &s) != nil || s.TLS == nil {
			continue
		}
		known := s.tls(r).Certificates
		for _, c := range known {
			if read, ok := chain(r, s.TLS.Certificate[c.Name]); ok {
				diags = append(diags, timely(in, r, c, read, serves(sites, in.Desired.Recipe.Name, c))...)
			}
		}
		if len(known) < len(s.TLS.Certificate) {
			continue // not all can be read here
		}
		diags = append(diags, covered(r, s, append(known, others(sites, in.Desired.Recipe.Name, s.Listen)...))...)
	}
	return diags
}

func timely(in kind.Input, r *state.Resource, c proxy.Certificate, read certificate.Chain, serves bool) hcl.Diagnostics {
	at, ends := r.At("tls.certificate."+c.Name+".chain"), day(c.Expires)
	doubt := func(summary, format string, args ...any) hcl.Diagnostics {
		return hcl.Diagnostics{diag.Warningf(diag.CertificateDoubtful, at, summary, format, args...)}
	}
	switch {
	case in.Now.IsZero():
	case in.Now.After(c.Expires) && serves:
		return doubt("The certificate has expired", "Certificate %s, which %s serves with, expired on %s: clients refuse it. Renew it.", c.Name, r.Addr, ends)
	case in.Now.After(c.Expires):
		return hcl.Diagnostics{diag.Errorf(diag.CertificateUnusable, at, "The certificate has expired", "Certificate %s expired on %s: clients refuse it. Renew it.", c.Name, ends)}
	case in.Now.Before(read[0].NotBefore) && !serves:
		return hcl.Diagnostics{diag.Errorf(diag.CertificateUnusable, at, "The certificate is not valid yet", "Certificate %s is valid from %s on: clients refuse it until then.", c.Name, read[0].NotBefore.UTC().Format(time.RFC3339))}
	case read.Soon(in.Now):
		return doubt("The certificate expires soon", "Certificate %s expires on %s. Renew it; the next apply then takes the new one without a reload.", c.Name, ends)
	}
	if read.Alone() {
		return doubt("The certificate comes alone", "Certificate %s was signed by %s, which does not come with it: clients that do not know that one refuse it. Add it to the chain; what issues certificates mostly writes a fullchain.pem.", c.Name, read.Issuer())
	}
	return nil
}

// covered finds hosts for which clients get no certificate.
func covered(r *state.Resource, s Spec, all []proxy.Certificate) hcl.Diagnostics {
	if len(all) == 0 {
		return hcl.Diagnostics{diag.Warningf(diag.CertificateDoubtful, r.At("tls"), "No certificate",
			"%s has no certificate, nor has another recipe on port %d, so nobody can connect. Add a certificate block.", r.Addr, s.Listen)}
	}
	var diags hcl.Diagnostics
	told := map[string]bool{}
	for i, route := range s.Route {
		host := strings.ToLower(route.Host)
		if host == "" || told[host] || proxy.Covers(all, host) {
			continue
		}
		told[host] = true
		diags = append(diags, diag.Warningf(diag.CertificateDoubtful, r.At(fmt.Sprintf("route.%d.host", i)), "No certificate names the host",
			"No certificate on port %d names %s, so nobody who asks for it can connect: there are those for %s.", s.Listen, host, hosts(all)))
	}
	return diags
}

// maxHosts is how many names are told of.
const maxHosts = 8

func hosts(all []proxy.Certificate) string {
	var names []string
	for _, c := range all {
		names = append(names, c.Hosts...)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) == 0 {
		return "no host at all"
	}
	if more := len(names) - maxHosts; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxHosts], ", "), more)
	}
	return strings.Join(names, ", ")
}

// serves tells whether a recipe's site has a certificate already.
func serves(sites []proxy.Site, recipe string, c proxy.Certificate) bool {
	return slices.ContainsFunc(sites, func(s proxy.Site) bool { return s.Recipe == recipe && slices.Contains(s.IDs(), c.ID()) })
}

// others are the certificates that other recipes have on a port.
func others(sites []proxy.Site, recipe string, listen int) []proxy.Certificate {
	var all []proxy.Certificate
	for _, s := range sites {
		for _, p := range s.Ports {
			if s.Recipe != recipe && p.Listen == listen && p.TLS != nil {
				all = append(all, p.TLS.Certificates...)
			}
		}
	}
	return all
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// Certify are the steps that bring certificates to the edge which it does not have for a recipe, by the listening number
// of their port.
func Certify(d *state.Desired, site proxy.Site) map[int]plan.Step {
	steps := map[int]plan.Step{}
	ports, keep := secured(d)
	have := site.IDs()
	for _, p := range ports {
		config := edge.CertifyConfig{Recipe: d.Recipe.Name, Keep: keep}
		var names []string
		for _, c := range p.certificates {
			if slices.Contains(have, c.ID()) {
				continue
			}
			given := p.spec.TLS.Certificate[c.Name]
			config.Certificates = append(config.Certificates, edge.GivenCertificate{Certificate: c, Chain: given.Chain, Key: given.Key})
			names = append(names, c.Name)
		}
		if len(names) == 0 {
			continue
		}
		title := "bring certificate " + names[0] + " and its key to the edge"
		if len(names) > 1 {
			title = "bring certificates " + strings.Join(names, ", ") + " and their keys to the edge"
		}
		steps[p.spec.Listen] = plan.Step{ID: plan.ID("edge/certify/" + p.addr.String()), Addr: p.addr, Op: edge.OpCertify, Title: title, Config: plan.Raw(config)}
	}
	return steps
}

// securedPort is a port that speaks TLS, and those of its certificates that can be read.
type securedPort struct {
	addr         addr.Addr
	spec         Spec
	certificates []proxy.Certificate
}

// secured are a recipe's ports that speak TLS, and the IDs of all their certificates.
func secured(d *state.Desired) (ports []securedPort, ids []string) {
	for _, r := range d.Resources {
		var s Spec
		if r.Addr.Kind != "port" || json.Unmarshal(r.Spec, &s) != nil || s.TLS == nil {
			continue
		}
		p := securedPort{r.Addr, s, s.tls(r).Certificates}
		for _, c := range p.certificates {
			ids = append(ids, c.ID())
		}
		ports = append(ports, p)
	}
	return ports, ids
}

// certificateFields tell of certificates that differ, by what everybody who connects sees of them.
func certificateFields(r *state.Resource, was, want proxy.Port) []plan.Field {
	before, after := byName(was), byName(want)
	names := slices.Collect(maps.Keys(after))
	for name := range before {
		if _, both := after[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var fields []plan.Field
	for _, name := range names {
		if before[name].ID() == after[name].ID() {
			continue
		}
		at := "tls.certificate." + name
		cause := plan.CauseOf(at+".chain", r.Sources)
		b, a := seen(before[name]), seen(after[name])
		for _, part := range []string{"hosts", "expires", "sha256", "with"} {
			if string(b[part]) != string(a[part]) {
				fields = append(fields, plan.Field{Path: at + "." + part, Before: b[part], After: a[part], Cause: cause})
			}
		}
	}
	return fields
}

// seen is what everybody sees of a certificate, by what it is: nothing of one that is not there.
func seen(c proxy.Certificate) map[string]json.RawMessage {
	if c.Fingerprint == "" {
		return nil
	}
	parts := map[string]json.RawMessage{"hosts": plan.Raw(hosts([]proxy.Certificate{c})), "expires": plan.Raw(day(c.Expires)), "sha256": plan.Raw(c.Fingerprint)}
	if c.Chain != "" {
		parts["with"] = plan.Raw(c.Chain)
	}
	return parts
}

// renewed names the certificates that differ, where nothing else of a port does.
func renewed(was, want proxy.Port) []string {
	var names []string
	before := byName(was)
	for name, c := range byName(want) {
		if before[name].ID() != c.ID() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func byName(p proxy.Port) map[string]proxy.Certificate {
	named := map[string]proxy.Certificate{}
	if p.TLS != nil {
		for _, c := range p.TLS.Certificates {
			named[c.Name] = c
		}
	}
	return named
}

// ofCertificate tells whether a field is a part of a certificate, which certificateFields tell of.
func ofCertificate(f plan.Field) bool {
	return strings.HasPrefix(f.Path, "tls.certificate.") && (strings.HasSuffix(f.Path, ".chain") || strings.HasSuffix(f.Path, ".key"))
}
