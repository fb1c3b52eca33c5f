package enginetest

import (
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
)

func addressesTests() tests {
	return tests{
		"fixed addresses stay in any order of starts":  fixedAddresses,
		"one address has one running container":        oneAddressOne,
		"handed-out addresses are of the dynamic part": dynamicAddresses,
	}
}

func fixedAddresses(w *world) {
	n := w.network("net")
	var ids []string
	for i, name := range []string{"a", "b"} {
		spec := w.spec(name, "serve")
		spec.Endpoints = map[string]engine.Endpoint{n.Name: {Address: address(n, byte(200+i))}}
		ids = append(ids, w.start(spec))
	}
	for _, id := range ids {
		w.need(w.StopContainer(w.ctx, id, "", 0*time.Second))
	}
	check := func(when string) {
		w.Helper()
		list, err := w.Containers(w.ctx, w.labels())
		w.need(err)
		for i, id := range ids {
			want := address(n, byte(200+i))
			if got := w.state(id).Addresses[n.Name]; got != want {
				w.Errorf("%s, container %d has address %s, want %s", when, i, got, want)
			}
			for _, c := range list {
				if c.ID == id && c.Addresses[n.Name] != want {
					w.Errorf("%s, container %d is listed with address %s, want %s", when, i, c.Addresses[n.Name], want)
				}
			}
		}
	}
	check("stopped")
	w.need(w.StartContainer(w.ctx, ids[1]))
	w.need(w.StartContainer(w.ctx, ids[0]))
	check("started in the other order")
}

func oneAddressOne(w *world) {
	n := w.network("net")
	spec := w.spec("a", "serve")
	spec.Endpoints = map[string]engine.Endpoint{n.Name: {Address: address(n, 200)}}
	first := w.start(spec)
	spec.Name = w.id + "-b"
	second := w.create(spec)
	w.want(w.StartContainer(w.ctx, second), engine.ErrConflict)
	w.need(w.StopContainer(w.ctx, first, "", 0))
	w.need(w.StartContainer(w.ctx, second))
}

func dynamicAddresses(w *world) {
	n := w.network("net")
	spec := w.spec("a", "serve")
	spec.Endpoints = map[string]engine.Endpoint{n.Name: {}}
	id := w.start(spec)
	if got := w.state(id).Addresses[n.Name]; !n.Dynamic.Contains(got) || got == n.Gateway {
		w.Errorf("got address %s, want one in %s", got, n.Dynamic)
	}
}
