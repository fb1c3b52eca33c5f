package service

import (
	"errors"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// claims refuses ports and routes that another recipe on the edge has, and an edge whose files cannot be read:
// both would show when the edge is changed, and are known now.
func (p *planner) claims(after proxy.Site) {
	if problem := p.facts.Edge.Problem; problem != nil {
		p.diags = append(p.diags, diag.Errorf(diag.InvalidValue, nil, "The edge's files cannot be read",
			"The edge %s is shared by all recipes on the engine, and what it serves cannot be told: %s.", p.kind.Edge, problem))
		return
	}
	if err := after.Validate(); err != nil {
		p.diags = append(p.diags, diag.Errorf(diag.InvalidValue, p.blamed(err), "The proxy cannot serve this", "%s.", err))
		return
	}
	var others []proxy.Site
	for _, s := range p.facts.Edge.Sites {
		if s.Recipe != after.Recipe {
			others = append(others, s)
		}
	}
	err := proxy.Claims(after, others)
	if err == nil {
		return
	}
	summary := "The proxy cannot serve this"
	if errors.Is(err, proxy.ErrClaimed) {
		summary = "Claimed by another recipe"
	}
	p.diags = append(p.diags, diag.Errorf(diag.InvalidValue, p.blamed(err), summary, "%s. Give one of them another port, host or path.", err))
}

// blamed is the block that an error about the site speaks of: a service that it names, or else the first port.
func (p *planner) blamed(err error) *hcl.Range {
	for _, r := range p.in.Resources {
		if strings.Contains(err.Error(), "service "+p.onEdge(r.Addr)+".") {
			return &r.Range
		}
	}
	if r := p.firstPort(); r != nil {
		return &r.Range
	}
	return nil
}

// firstPort is where a diagnostic about the recipe's ports points.
func (p *planner) firstPort() *state.Resource {
	for _, r := range p.in.Desired.Resources {
		if r.Addr.Kind == "port" {
			return r
		}
	}
	return nil
}
