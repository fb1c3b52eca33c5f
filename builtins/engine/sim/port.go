package sim

import (
	"errors"
	"maps"
	"net/netip"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// HoldPort lets someone who is not a container listen on a port of the engine's machine.
func (e *Engine) HoldPort(p engine.Publish) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.foreign = append(e.foreign, p)
}

// FreePort undoes HoldPort.
func (e *Engine) FreePort(port int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var kept []engine.Publish
	for _, p := range e.foreign {
		if p.Port != port {
			kept = append(kept, p)
		}
	}
	e.foreign = kept
}

// portsFree looks for someone who listens where a container wants to.
func (e *Engine) portsFree(b *box) error {
	taken := append([]engine.Publish(nil), e.foreign...)
	for _, other := range e.containers {
		if other != b && other.run != nil {
			taken = append(taken, other.spec.Publish...)
		}
	}
	for _, want := range b.spec.Publish {
		for _, has := range taken {
			if want.Port == has.Port && protocol(want) == protocol(has) && (want.Address == has.Address || every(want.Address) || every(has.Address)) {
				return &engine.PortError{Address: want.Address, Port: want.Port}
			}
		}
	}
	return nil
}

func protocol(p engine.Publish) string {
	if p.Protocol == "" {
		return "tcp"
	}
	return p.Protocol
}

func every(address string) bool {
	a, err := netip.ParseAddr(address)
	return err != nil || a.IsUnspecified()
}

// ErrRefused is what a probe gets where nobody listens.
var ErrRefused = errors.New("connection refused")

// Probe asks the container that has an address for a path, as an HTTP GET of any port would: ErrRefused where
// none runs, or where its app has not booted.
func (e *Engine) Probe(address netip.Addr, path string) (status int, body string, err error) {
	e.mu.Lock()
	b, err := e.listener(address)
	if err != nil {
		e.mu.Unlock()
		return 0, "", err
	}
	app := b.run.app
	e.mu.Unlock()
	if app.Probe == nil {
		return 200, "ok", nil
	}
	status, body = app.Probe(path)
	return status, body, nil
}

// Peer is the container at the other end of a connection.
type Peer struct {
	Name   string
	Labels map[string]string
	// Gone closes when its program ends, and the connection with it.
	Gone <-chan struct{}
	// Answer is what its app answers the next request with.
	Answer func() (status int)
	// Slow is how many times as long as others its answers take, at least 1.
	Slow int
}

// Dial connects to the container that has an address: ErrRefused where none runs, or its app has not booted.
func (e *Engine) Dial(address netip.Addr) (Peer, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	b, err := e.listener(address)
	if err != nil {
		return Peer{}, err
	}
	r := b.run
	return Peer{Name: b.spec.Name, Labels: maps.Clone(b.spec.Labels), Gone: r.killed, Answer: func() int { return e.answer(r) }, Slow: max(1, r.app.Slow)}, nil
}

// answer counts a request of a running app and gives its status.
func (e *Engine) answer(r *run) int {
	if r.app.Answer == nil {
		return 200
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	r.requests++
	return r.app.Answer(r.requests)
}
