package switchover

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// Match is a match block: requests that carry any of its values.
type Match struct {
	Header map[string]string `json:"header,omitempty"`
	Cookie map[string]string `json:"cookie,omitempty"`
}

func matchSchema() schema.Block {
	return schema.Block{Name: "match", Doc: "Gives requests that carry a value to the new release, whatever the weight, from this stage on until the switch ends. Of several values, in one block or in more, any suffices. It is for ports in http mode.",
		Args: []schema.Arg{
			{Name: "header", Type: schema.MapOf(schema.Str()), Change: schema.PlanOnly, Doc: "Values by the names of headers. All of a header has to be the value."},
			{Name: "cookie", Type: schema.MapOf(schema.Str()), Change: schema.PlanOnly, Doc: "Values by the names of cookies."},
		}}
}

// matches are those of a stage, in order.
func (s Stage) matches() []proxy.Match {
	var all []proxy.Match
	for _, m := range s.Match {
		for _, name := range slices.Sorted(maps.Keys(m.Header)) {
			all = append(all, proxy.Match{Header: strings.ToLower(name), Value: m.Header[name]})
		}
		for _, name := range slices.Sorted(maps.Keys(m.Cookie)) {
			all = append(all, proxy.Match{Cookie: name, Value: m.Cookie[name]})
		}
	}
	return all
}

// matches are those of all stages, each once.
func (s Settings) matches() []proxy.Match {
	var all []proxy.Match
	for _, stage := range s.Stages {
		all = union(all, stage.matches())
	}
	return all
}

func union(all, more []proxy.Match) []proxy.Match {
	all = slices.Clip(all)
	for _, m := range more {
		if !slices.Contains(all, m) {
			all = append(all, m)
		}
	}
	return all
}

// told writes what requests carry that the new release gets besides its weight.
func told(matches []proxy.Match) string {
	var texts []string
	for _, m := range matches {
		if m.Header != "" {
			texts = append(texts, fmt.Sprintf("header %s: %s", m.Header, m.Value))
		} else {
			texts = append(texts, fmt.Sprintf("cookie %s=%s", m.Cookie, m.Value))
		}
	}
	return strings.Join(texts, " or ")
}

// stageTitle says what of the traffic a stage moves.
func (x *expander) stageTitle(s Stage, matches []proxy.Match) string {
	what := fmt.Sprintf("%d%% of the traffic", s.Weight)
	switch {
	case len(matches) > 0 && s.Weight == 0:
		what = "requests with " + told(matches)
	case len(matches) > 0:
		what += " and requests with " + told(matches)
	}
	return fmt.Sprintf("stage %q: %s to %s", s.Name, what, x.g.newcomers())
}

// validateMatches finds matches that no proxy can look for, and those on ports that see no headers.
func validateMatches(r *state.Resource, s Spec, by routed) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for i, stage := range s.Stage {
		for j, m := range stage.Match {
			block := fmt.Sprintf("stage.%d.match.%d", i, j)
			if len(m.Header)+len(m.Cookie) == 0 {
				diags = append(diags, diag.Errorf(diag.InvalidValue, r.At(block+".header"), "A match of nothing",
					"The match of stage %q names neither a header nor a cookie; write one as header = { \"X-Canary\" = \"1\" }.", stage.Name))
			}
			for _, one := range (Stage{Match: []Match{m}}).matches() {
				if err := one.Valid(); err != nil {
					arg := "header"
					if one.Cookie != "" {
						arg = "cookie"
					}
					diags = append(diags, diag.Errorf(diag.InvalidValue, r.At(block+"."+arg), "Not to be matched", "In stage %q, %s.", stage.Name, err))
				}
			}
			if to := s.inTCP(by); to != "" {
				diags = append(diags, diag.Errorf(diag.InvalidValue, r.At(block+".header"), "No headers in tcp mode",
					"%s is behind a port in tcp mode, where the proxy sees no headers and no cookies. Use weights alone, or a port in http mode.", to))
			}
		}
	}
	if to := s.inTCP(by); s.Sticky && to != "" {
		diags = append(diags, diag.Errorf(diag.InvalidValue, r.At("sticky"), "No cookies in tcp mode",
			"%s is behind a port in tcp mode, where the proxy sees no cookies. Remove sticky, or use a port in http mode.", to))
	}
	return diags
}
