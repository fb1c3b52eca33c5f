package enginetest

import "github.com/deployrecipe/recipe/builtins/engine"

func limitsTests() tests {
	return tests{
		"limits change in place": updateInPlace,
	}
}

func updateInPlace(w *world) {
	spec := w.spec("a", "serve")
	spec.Limits = engine.Limits{Memory: 64 << 20, CPUs: 0.5, PIDs: 50}
	spec.Restart = "unless-stopped"
	id := w.start(spec)
	before := w.state(id)
	if before.Limits != spec.Limits || before.Restart != "unless-stopped" {
		w.Fatalf("made with %+v and %q, is %+v and %q", spec.Limits, spec.Restart, before.Limits, before.Restart)
	}
	more := engine.Limits{Memory: 256 << 20, CPUs: 1.5, PIDs: 100}
	w.need(w.UpdateContainer(w.ctx, id, more, "on-failure:3"))
	after := w.state(id)
	if after.Limits != more || after.Restart != "on-failure:3" || !after.Started.Equal(before.Started) {
		w.Errorf("after the update: %+v", after)
	}
	w.need(w.UpdateContainer(w.ctx, id, engine.Limits{CPUs: 0.25}, ""))
	if got := w.state(id); got.Limits.Memory != more.Memory || got.Limits.CPUs != 0.25 || got.Restart != "on-failure:3" {
		w.Errorf("a zero changed something: %+v", got)
	}
	w.need(w.UpdateContainer(w.ctx, id, engine.Limits{}, "no"))
	if got := w.state(id).Restart; got != "no" {
		w.Errorf("restart is %q, want no", got)
	}
	w.want(w.UpdateContainer(w.ctx, w.id+"-none", more, "no"), engine.ErrNotFound)
}
