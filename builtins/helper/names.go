package helper

import (
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/state"
)

// The values of label.Role for what a session makes.
const (
	RoleLock   = "lock"
	RoleRecord = "record"
	RoleEdge   = "edge"
	RoleHelper = "helper" // the image
	RoleGuest  = "guest"
)

// Labels of a lock.
const (
	labelBy    = "recipe.by"    // user@host
	labelSince = "recipe.since" // RFC 3339, by the holder's clock
	labelToken = "recipe.token" // tells one attempt to lock from another
)

// LockName is the container that is a recipe's lock.
func LockName(recipe string) string { return recipe + "-lock" }

// RecordName is the volume that holds a recipe's record, and the container through which it can be read.
func RecordName(recipe string) string { return recipe + "-record" }

// recordVolume has no origin: volumes keep their first labels, while a recipe may be adopted.
func recordVolume(r state.Recipe) engine.VolumeSpec {
	return engine.VolumeSpec{
		Name:   RecordName(r.Name),
		Labels: map[string]string{label.Recipe: r.Name, label.Role: RoleRecord},
	}
}

// EdgeVolume is how an edge's volume is made. It belongs to no recipe.
func EdgeVolume(edge string) engine.VolumeSpec {
	return engine.VolumeSpec{
		Name:   edge,
		Labels: map[string]string{label.Role: RoleEdge, label.Edge: edge},
	}
}

// lockSpec is the container that is the lock and runs the helper. It needs no capability but that of root to
// read and write what others own, since the proxy gives its socket away.
func lockSpec(o Options, image, token string) engine.ContainerSpec {
	spec := engine.ContainerSpec{
		Name:    LockName(o.Recipe.Name),
		Image:   image,
		Command: o.Command,
		User:    "0:0",
		Labels: map[string]string{
			label.Recipe: o.Recipe.Name, label.Origin: o.Recipe.Origin, label.Role: RoleLock,
			labelBy: o.Who, labelSince: time.Now().UTC().Format(time.RFC3339), labelToken: token,
		},
		Mounts:      []engine.Mount{{Volume: RecordName(o.Recipe.Name), Target: RecordDir}},
		OpenStdin:   true,
		AutoRemove:  true,
		ReadOnly:    true,
		CapDrop:     []string{"ALL"},
		CapAdd:      []string{"DAC_OVERRIDE"},
		SecurityOpt: []string{"no-new-privileges"},
		Logging:     &engine.Logging{Driver: "none"}, // the stream is no text for a log
	}
	if o.Host {
		spec.NetworkMode = "host"
	}
	if o.Edge != "" {
		spec.Mounts = append(spec.Mounts, engine.Mount{Volume: o.Edge, Target: EdgeDir})
	}
	return spec
}
