package world

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/image"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/proxy/haproxy"
	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/saved"
	"github.com/deployrecipe/recipe/eval/state"
)

// Seen is what a plan kept in a file tells of the world that it was made for, by which it is known later what moved.
// Nothing of it is secret: of a container's environment there is nothing at all, and what its label holds has numbers
// for secrets.
func Seen(o *state.Observed, r *state.Recorded, recipe string) []saved.Object {
	known := Facts(o)
	var all []saved.Object
	for _, object := range o.Objects {
		all = append(all, saved.Observe(object.Type, object.Name, seen(object)))
	}
	images := image.FactsOf(o)
	for _, ref := range slices.Sorted(maps.Keys(images.References)) {
		c := images.References[ref]
		all = append(all, saved.Observe("image", ref, map[string]string{"content": short(c.Digest), "id": short(c.ID)}))
	}
	for _, c := range images.Contents {
		for ref, base := range c.Bases {
			all = append(all, saved.Observe("base image", ref, map[string]string{"digest": short(base.Digest), "id": short(base.Local)}))
		}
	}
	for _, n := range known.Networks { // a new network's addresses depend on all of them
		if n.Labels[label.Recipe] != recipe && n.Subnet.IsValid() {
			all = append(all, saved.Observe("network", n.Name, map[string]string{"subnet": n.Subnet.String()}))
		}
	}
	all = append(all, known.Edge.seen(recipe)...)
	if n := len(r.History); n > 0 {
		last := r.History[n-1]
		all = append(all, saved.Observe("recipe", recipe, map[string]string{"last apply": lastApply(last)}))
	} else {
		all = append(all, saved.Observe("recipe", recipe, map[string]string{"last apply": "none"}))
	}
	slices.SortStableFunc(all, func(a, b saved.Object) int { return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name)) })
	return slices.CompactFunc(all, func(a, b saved.Object) bool { return a.Type == b.Type && a.Name == b.Name })
}

// lastApply tells an apply from others, those of the same second too: no two plans that change something are the same.
func lastApply(e state.Entry) string {
	return event.MomentOf(e.Time) + " by " + e.By + ", plan " + e.Plan + " (" + e.Result + ")"
}

// seen are the fields of one object.
func seen(o state.Object) map[string]string {
	f := map[string]string{"release": o.Release}
	if o.Generation > 0 {
		f["generation"] = strconv.Itoa(o.Generation)
	}
	switch d := o.Data.(type) {
	case engine.Container:
		f["id"], f["state"], f["image"], f["restart"] = short(d.ID), string(d.State), short(d.ImageID), saved.Unseen
		if d.Restart != "" { // looked up: of a container that nothing asks about only the listing is known
			f["restart"], f["limits"] = d.Restart, limits(d.Limits)
		}
		for network, address := range d.Addresses {
			f["address on "+network] = address.String()
		}
	case engine.Image:
		f["id"], f["tags"] = short(d.ID), strings.Join(slices.Sorted(slices.Values(d.Tags)), " ")
	case engine.Network:
		f["id"], f["subnet"] = short(d.ID), d.Subnet.String()
	case engine.Volume:
		f["driver"], f["created"] = d.Driver, event.Moment(d.Created)
	}
	return f
}

// seen is the edge with the recipe's part of its files.
func (e Edge) seen(recipe string) []saved.Object {
	if !e.Exists {
		return nil
	}
	c := e.Container
	all := []saved.Object{saved.Observe("edge", c.Name, map[string]string{"id": short(c.ID), "state": string(c.State), "image": c.Image})}
	for name, text := range haproxy.PartOf(e.Files, recipe) {
		all = append(all, saved.Observe("edge file", name, map[string]string{"text": text}))
	}
	return all
}

func limits(l engine.Limits) string {
	if l == (engine.Limits{}) {
		return ""
	}
	return "memory " + strconv.FormatInt(l.Memory, 10) + ", cpus " + strconv.FormatFloat(l.CPUs, 'g', -1, 64) + ", pids " + strconv.FormatInt(l.PIDs, 10)
}

// short is enough of an id or digest to tell it from others.
func short(id string) string {
	id = strings.TrimPrefix(id, "sha256:")
	return id[:min(12, len(id))]
}
