package enginetest

import (
	"slices"

	"github.com/deployrecipe/recipe/builtins/engine"
)

func networksTests() tests {
	return tests{
		"a network keeps what it was made with": networkRoundTrip,
		"a network's name and subnet are taken": networkConflicts,
		"a network in use stays":                networkInUse,
		"containers join and leave networks":    joinAndLeave,
		"several networks at create":            severalNetworks,
	}
}

func networkRoundTrip(w *world) {
	spec := w.network("net")
	list, err := w.Networks(w.ctx, w.labels())
	w.need(err)
	if len(list) != 1 {
		w.Fatalf("found networks %+v, want one", list)
	}
	got := list[0]
	if got.Name != spec.Name || got.Subnet != spec.Subnet || got.Gateway != spec.Gateway || !got.Internal || got.Driver != "bridge" {
		w.Errorf("made %+v, found %+v", spec, got)
	}
	w.need(w.RemoveNetwork(w.ctx, spec.Name))
	w.need(w.RemoveNetwork(w.ctx, spec.Name))
}

func networkConflicts(w *world) {
	first := w.network("net")
	again := first
	again.Subnet = engine.NetworkSpec{}.Subnet
	again.Gateway, again.Dynamic = engine.NetworkSpec{}.Gateway, engine.NetworkSpec{}.Dynamic
	_, err := w.CreateNetwork(w.ctx, again)
	w.want(err, engine.ErrConflict)
	overlapping := first
	overlapping.Name += "-2"
	_, err = w.CreateNetwork(w.ctx, overlapping)
	w.want(err, engine.ErrConflict)
}

func networkInUse(w *world) {
	n := w.network("net")
	spec := w.spec("a", "serve")
	spec.Endpoints = map[string]engine.Endpoint{n.Name: {}}
	id := w.start(spec)
	w.want(w.RemoveNetwork(w.ctx, n.Name), engine.ErrInUse)
	w.need(w.RemoveContainer(w.ctx, id))
	w.need(w.RemoveNetwork(w.ctx, n.Name))
}

func joinAndLeave(w *world) {
	first, second := w.network("one"), w.network("two")
	spec := w.spec("a", "serve")
	spec.Endpoints = map[string]engine.Endpoint{first.Name: {Address: address(first, 200)}}
	id := w.start(spec)
	w.need(w.Connect(w.ctx, second.Name, id, engine.Endpoint{Address: address(second, 201), Aliases: []string{"alias"}}))
	w.want(w.Connect(w.ctx, second.Name, id, engine.Endpoint{}), engine.ErrConflict)
	got := w.state(id).Addresses
	if got[first.Name] != address(first, 200) || got[second.Name] != address(second, 201) {
		w.Errorf("addresses are %v", got)
	}
	w.need(w.Disconnect(w.ctx, second.Name, id))
	w.need(w.Disconnect(w.ctx, second.Name, id))
	if _, still := w.state(id).Addresses[second.Name]; still {
		w.Error("still on the network that it left")
	}
	w.want(w.Connect(w.ctx, w.id+"-none", id, engine.Endpoint{}), engine.ErrNotFound)
}

func severalNetworks(w *world) {
	nets := []engine.NetworkSpec{w.network("one"), w.network("two"), w.network("three")}
	spec := w.spec("a", "serve")
	spec.Endpoints = map[string]engine.Endpoint{}
	for i, n := range nets {
		spec.Endpoints[n.Name] = engine.Endpoint{Address: address(n, byte(200+i))}
	}
	id := w.start(spec)
	for i, n := range nets {
		if got := w.state(id).Addresses[n.Name]; got != address(n, byte(200+i)) {
			w.Errorf("address on %s is %s", n.Name, got)
		}
	}
	spec.Name += "-2"
	spec.Endpoints = map[string]engine.Endpoint{nets[0].Name: {}, w.id + "-none": {}}
	id, err := w.CreateContainer(w.ctx, spec)
	if err == nil { // engines from API 1.44 on say so at start
		err = w.StartContainer(w.ctx, id)
		w.need(w.RemoveContainer(w.ctx, id))
	}
	w.want(err, engine.ErrNotFound)
	list, err := w.Containers(w.ctx, w.labels())
	w.need(err)
	if slices.ContainsFunc(list, func(c engine.Container) bool { return c.Name == spec.Name }) {
		w.Error("a container that could not join its networks was left behind")
	}
}
