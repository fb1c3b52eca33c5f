package document

import "github.com/deployrecipe/recipe/eval/plan"

// Room is what the plan needs of the engine's machine, in bytes, against what that has.
type Room struct {
	Memory Memory  `json:"memory"`
	Disk   Disk    `json:"disk"`
	Images []Image `json:"images"`
}

// Memory is that of containers, by their limits. What has no limit is named, or counted, and not in the sums.
type Memory struct {
	Peak     int64   `json:"peak_bytes"`
	PeakStep plan.ID `json:"peak_step,omitempty"`
	// Engine is absent where the engine does not tell.
	Engine          int64    `json:"engine_bytes,omitempty"`
	Unlimited       []string `json:"unlimited"`
	Others          int64    `json:"others_bytes"`
	OthersUnlimited int      `json:"others_unlimited"`
}

// Disk is that of images.
type Disk struct {
	Needed int64 `json:"needed_at_least_bytes"`
	// Free is absent where it cannot be seen.
	Free *int64 `json:"free_bytes,omitempty"`
}

// Image is one to be built or pulled.
type Image struct {
	Ref  string `json:"ref"`
	How  string `json:"how"`                           // build, pull
	Disk int64  `json:"disk_at_least_bytes,omitempty"` // absent where nothing is known of it
}

func roomOf(p *plan.Plan) Room {
	r := Room{Images: list(p.Fetches(), imageOf), Disk: Disk{Needed: p.Disk()}, Memory: Memory{Unlimited: []string{}}}
	g, err := plan.Link(p.Steps, p.Undo)
	m := p.Machine
	if err != nil || m == nil {
		return r // such a plan is never shown, or nobody looked at the machine
	}
	peak := plan.PeakOf(g, m.Running)
	r.Disk.Free = m.Disk
	r.Memory = Memory{Peak: peak.Memory, PeakStep: peak.Step, Engine: m.Memory, Unlimited: list(peak.Unlimited, same[string]),
		Others: m.Others, OthersUnlimited: m.Unlimited}
	return r
}

func imageOf(f plan.Fetch) Image {
	if f.Build {
		return Image{f.Ref, "build", f.Disk}
	}
	return Image{f.Ref, "pull", f.Disk}
}
