package diff

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/lang/diag"
)

// room sees that the engine's machine has what a plan needs of it, as far as both are known: memory that may not do is
// a warning, since limits are seldom used up, and a disk that cannot do an error, before anything is begun.
func room(in Input, p *plan.Plan) hcl.Diagnostics {
	m := in.Machine
	if m == nil || p.Empty() {
		return nil
	}
	g, err := plan.Link(p.Steps, p.Undo)
	if err != nil {
		return nil // the proof has said so
	}
	var diags hcl.Diagnostics
	if peak := plan.PeakOf(g, m.Running); m.Memory > 0 && peak.Step != "" && peak.Memory+m.Others > m.Memory {
		diags = append(diags, diag.Warningf(diag.LittleMemory, nil, "Too little memory for all limits",
			"At once, containers of %s may take %s by their limits%s, and the engine has %s. If they do, the kernel ends some of them. Lower limits.memory or count, or let services switch one after the other with depends_on.",
			p.Recipe.Name, plan.Bytes(peak.Memory), besides(m), plan.Bytes(m.Memory)))
	}
	if need := p.Disk(); m.Disk != nil && need > *m.Disk {
		diags = append(diags, diag.Errorf(diag.LittleDisk, nil, "Too little disk",
			"The images to build take at least %s, and %s are free where the engine keeps them. Free some, for example with \"docker system prune\", or leave files out of the build with a .dockerignore file.",
			plan.Bytes(need), plan.Bytes(*m.Disk)))
	}
	return diags
}

func besides(m *plan.Machine) string {
	if m.Others == 0 {
		return ""
	}
	return fmt.Sprintf(", other containers %s", plan.Bytes(m.Others))
}
