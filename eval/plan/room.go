package plan

import "github.com/docker/go-units"

// Use is what a container may take of the engine's machine while it runs.
type Use struct {
	Name string `json:"name"`
	// Memory is its limit in bytes, 0 where it has none.
	Memory int64 `json:"memory,omitempty"`
	// Ends says that it ends with the step that runs it: a job.
	Ends bool `json:"ends,omitempty"`
}

// Fetch is an image that a step brings to the engine.
type Fetch struct {
	Ref   string `json:"ref"`
	Build bool   `json:"build,omitempty"` // else it is pulled
	// Disk is what it takes at least, in bytes, 0 where nothing is known of that: what a build copies from its context.
	Disk int64 `json:"disk,omitempty"`
}

// Machine is what the engine's machine has, and what else runs there, as it was seen when the plan was made. That moves
// all the time and changes nothing of what a plan does, so it is no part of its digest.
type Machine struct {
	// Memory is all that the engine has, in bytes, 0 where it does not tell.
	Memory int64 `json:"memory,omitempty"`
	// Running are the recipe's containers that run.
	Running []Use `json:"running,omitempty"`
	// Others is the sum of the memory limits, in bytes, of what else runs there; Unlimited of these are known to have
	// no limit, or nothing is known of it.
	Others    int64 `json:"others,omitempty"`
	Unlimited int   `json:"unlimited,omitempty"`
	// Disk is what is free where the engine keeps its images, in bytes; nil where that cannot be seen.
	Disk *int64 `json:"disk,omitempty"`
}

// Fetches are the images that a plan brings to the engine, in the order of its steps.
func (p *Plan) Fetches() []Fetch {
	var all []Fetch
	for i := range p.Steps {
		if f := p.Steps[i].Fetch; f != nil {
			all = append(all, *f)
		}
	}
	return all
}

// Disk is what the images take at least, in bytes, as far as that is known.
func (p *Plan) Disk() int64 {
	var sum int64
	for _, f := range p.Fetches() {
		sum += f.Disk
	}
	return sum
}

// Bytes writes a size as people do, and as the language reads it: 512MiB, 1.5GiB.
func Bytes(n int64) string { return units.BytesSize(float64(n)) }
