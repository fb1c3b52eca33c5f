package service

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

var _ kind.Together = Kind{}

// ValidateTogether finds services that hold one volume or directory, each for itself alone, and names that nobody answers to.
func (Kind) ValidateTogether(services []*state.Resource, d *state.Desired) hcl.Diagnostics {
	diags := unanswered(d)
	holder := map[string]addr.Addr{}
	for _, r := range services {
		s, err := container.Parse(r.Spec)
		if err != nil {
			continue // Validate has said so
		}
		for _, path := range slices.Sorted(maps.Keys(s.Mount)) {
			held := heldBy(s.Mount[path])
			other, taken := holder[held]
			switch {
			case held == "":
			case !taken:
				holder[held] = r.Addr
			case other != r.Addr:
				diags = append(diags, diag.Errorf(diag.InvalidValue, r.At("mount."+path+".exclusive"), "Two services hold one volume",
					"%s and %s both mount %s as exclusive, which promises each that no other has it. Give one of them a volume of its own, or leave exclusive out in both.",
					other, r.Addr, held))
			}
		}
	}
	return diags
}

// heldBy names what an exclusive mount holds, empty for a mount that is not exclusive.
func heldBy(m container.Mount) string {
	switch {
	case !m.Exclusive:
		return ""
	case m.Volume != nil:
		return m.Volume.Addr
	}
	return m.Source
}
