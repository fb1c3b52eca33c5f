package proxy

import (
	"mime"
	"net/netip"
	"slices"
	"time"
	"unicode/utf8"
)

// MaxPage is how long a maintenance page may be, in bytes: with its headers it has to fit into the 16 KiB in which
// HAProxy keeps an answer.
const MaxPage = 12 << 10

// Maintenance is what is answered with status 503 to all requests of a site, and how. Connections in tcp mode are closed
// instead.
type Maintenance struct {
	Page string `json:"page"`
	Type string `json:"type"` // the page's media type
	// RetryAfter is when clients shall come again, in whole seconds; 0 says nothing of it.
	RetryAfter time.Duration `json:"retry_after,omitempty"`
	// Except are networks whose clients are served all the same, in the form of netip.Prefix, in order.
	Except []string `json:"except,omitempty"`
}

func (m *Maintenance) clone() *Maintenance {
	if m == nil {
		return nil
	}
	one := *m
	one.Except = slices.Clone(m.Except)
	return &one
}

func (m *Maintenance) normal() *Maintenance {
	if m == nil {
		return nil
	}
	m.RetryAfter = m.RetryAfter.Truncate(time.Second)
	slices.Sort(m.Except)
	m.Except = orNil(slices.Compact(m.Except))
	return m
}

func (v *validator) maintenance(s Site) {
	m := s.Maintenance
	if m == nil {
		if s.Down {
			v.add("the site is down and has no maintenance page")
		}
		return
	}
	if m.Page == "" || len(m.Page) > MaxPage || !utf8.ValidString(m.Page) {
		v.add("the maintenance page has %d bytes: it is text of 1 to %d", len(m.Page), MaxPage)
	}
	if !typeForm.MatchString(m.Type) {
		v.add("the maintenance page's type %q is no media type", m.Type)
	} else if _, _, err := mime.ParseMediaType(m.Type); err != nil {
		v.add("the maintenance page's type %q: %w", m.Type, err)
	}
	if m.RetryAfter < 0 || m.RetryAfter > 366*24*time.Hour {
		v.add("clients that come again after %v", m.RetryAfter)
	}
	for _, text := range m.Except {
		if p, err := netip.ParsePrefix(text); err != nil || p.Masked().String() != text || p.Addr().Is4In6() {
			v.add("%q is not a network like 10.0.0.0/8", text)
		}
	}
}
