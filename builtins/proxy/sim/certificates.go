package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// ErrNoCertificate says that a port has none that names the host, so that there is no connection.
var ErrNoCertificate = errors.New("no certificate")

// Certify implements proxy.Edge. Of a pair that is laid ready only its ID is kept.
func (e *Edge) Certify(_ context.Context, recipe string, pairs []proxy.Pair, keep []string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	site := find(e.sites, recipe)
	kept := append(site.IDs(), keep...)
	laid := slices.DeleteFunc(e.laid[recipe], func(id string) bool { return !slices.Contains(kept, id) })
	for _, p := range pairs {
		laid = append(laid, p.ID())
	}
	e.laid[recipe] = laid
	return nil
}

// there makes sure that the certificates which a site names anew were laid ready.
func (e *Edge) there(before, site proxy.Site) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	known := append(before.IDs(), e.laid[site.Recipe]...)
	for _, id := range site.IDs() {
		if !slices.Contains(known, id) {
			return fmt.Errorf("%w: the certificate %.16s… and its key were not brought to the edge", proxy.ErrInvalid, id)
		}
	}
	return nil
}

// forget takes away what a site names no more. It is called under the lock.
func (e *Edge) forget(before, site proxy.Site) {
	if site.Empty() { // it may be about to be made anew
		return
	}
	was, is := before.IDs(), site.IDs()
	e.laid[site.Recipe] = slices.DeleteFunc(e.laid[site.Recipe], func(id string) bool {
		return slices.Contains(was, id) && !slices.Contains(is, id)
	})
}

// Handshake gives the certificate that a client is shown which asks a port for a host.
func (e *Edge) Handshake(port int, host string) (proxy.Certificate, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	name := strings.ToLower(host)
	for _, wild := range []bool{false, true} {
		for _, site := range e.current().sites {
			for _, p := range site.Ports {
				if p.Listen != port || p.TLS == nil {
					continue
				}
				for _, c := range p.TLS.Certificates {
					if c.Covers(name) && slices.Contains(c.Hosts, name) != wild {
						return c, nil
					}
				}
			}
		}
	}
	return proxy.Certificate{}, fmt.Errorf("%w for %q on port %d", ErrNoCertificate, host, port)
}
