package container

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
)

// Release is the short digest of all that makes a container different: its arguments and the content of its
// image. What changes in place, what only the proxy or the plan reads, and the number of replicas are left
// out. A secret counts by its version, never by its value.
//
// content is the image's own digest or content tag.
func (s *Spec) Release(content string) string {
	kept := *s
	kept.Image = Image{Name: content}
	kept.Count, kept.Limits, kept.Restart, kept.Timeout = nil, nil, "", 0
	kept.Health = nil
	if s.Health != nil && s.Health.Exec != nil { // the engine's own check, which it is created with
		health := *s.Health
		health.StartTimeout = 0
		kept.Health = &health
	}
	kept.Expose = nil
	for name, e := range s.Expose {
		if e.Publish != "" {
			if kept.Expose == nil {
				kept.Expose = map[string]Expose{}
			}
			kept.Expose[name] = e
		}
	}
	sum := sha256.Sum256(canonical(kept))
	return hex.EncodeToString(sum[:4])
}

// Renewed names the n-th release that was asked for anew though it is made like the first one, that of n = 0.
func (s *Spec) Renewed(content string, n int) string {
	release := s.Release(content)
	if n == 0 {
		return release
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s renewed %d", release, n))
	return hex.EncodeToString(sum[:4])
}

// Named is the spec with its networks and volumes under the addresses that give them their names, so that a block
// that moved makes no other release.
func (s *Spec) Named(moved *state.Moves) *Spec {
	if moved == nil {
		return s
	}
	named := *s
	named.Networks, named.Mount = slices.Clone(s.Networks), maps.Clone(s.Mount)
	rename := func(ref *state.Ref) {
		if a, err := addr.Parse(ref.Addr); err == nil {
			ref.Addr = moved.Named(a).String()
		}
	}
	for i := range named.Networks {
		rename(&named.Networks[i])
	}
	for target, mount := range named.Mount {
		if mount.Volume != nil {
			volume := *mount.Volume
			rename(&volume)
			mount.Volume = &volume
			named.Mount[target] = mount
		}
	}
	return &named
}

// canonical is JSON with sorted keys: encoding/json sorts those of maps, and a struct's have their order.
func canonical(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("a spec always has a JSON form: %v", err)) // only strings, numbers and maps of them
	}
	return data
}

// Name is the name of a release's container: RECIPE-SERVICE-RELEASE-N.
func Name(recipe string, a addr.Addr, release string, n int) string {
	return recipe + "-" + a.Short() + "-" + release + "-" + strconv.Itoa(n)
}

// InPlace are the arguments that change without a new process.
type InPlace struct {
	Limits  engine.Limits
	Restart string
}

// InPlace gives them as the spec wants them.
func (s *Spec) InPlace() InPlace {
	in := InPlace{Restart: s.Restart}
	if s.Limits != nil {
		in.Limits = engine.Limits(*s.Limits)
	}
	return in
}
