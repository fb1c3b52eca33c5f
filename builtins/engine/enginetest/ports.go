package enginetest

import (
	"errors"
	mathrand "math/rand/v2"

	"github.com/deployrecipe/recipe/builtins/engine"
)

func portsTests() tests {
	return tests{
		"a taken port fails the start": takenPort,
	}
}

func takenPort(w *world) {
	port := 20000 + mathrand.N(10000)
	spec := w.spec("a", "serve")
	spec.Publish = []engine.Publish{{Address: "127.0.0.1", Port: port, Target: 8080}}
	first := w.start(spec)
	spec.Name = w.id + "-b"
	second := w.create(spec)
	err := w.StartContainer(w.ctx, second)
	w.want(err, engine.ErrPortTaken)
	var taken *engine.PortError
	if !errors.As(err, &taken) || taken.Port != port {
		w.Errorf("the error %v does not name port %d", err, port)
	}
	if got := w.state(second).State; got != engine.Created {
		w.Errorf("the container that could not start is %s", got)
	}
	w.need(w.RemoveContainer(w.ctx, first))
	w.need(w.StartContainer(w.ctx, second))
}
