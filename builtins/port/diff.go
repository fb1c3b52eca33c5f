package port

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"

	"github.com/hashicorp/hcl/v2"
)

// Diff says what changes at the front doors. The steps for it are the services': a door opens when what
// stands behind it is ready, and the service kind knows when that is.
func (Kind) Diff(in kind.Input) (kind.Result, hcl.Diagnostics) {
	var result kind.Result
	if in.Mode.Recalls() {
		return result, nil
	}
	diags := slices.Concat(taken(in), nowhere(in), certificates(in))
	have := map[string]proxy.Port{}
	if site := world.Facts(in.Observed).Site(in.Desired.Recipe.Name); site != nil {
		for _, p := range site.Ports {
			have[p.Name] = p
		}
	}
	named := Known(in)
	for _, want := range Site(in.Desired, in.All(), in.Observed) {
		a := named[want.Name]
		cause := plan.Cause{Why: a.String() + " is new"}
		if r := in.Desired.Find(a); r != nil {
			cause.File, cause.Line = r.Range.Filename, r.Range.Start.Line
		}
		was, ok := have[want.Name]
		delete(have, want.Name)
		switch {
		case !ok:
			change := plan.Change{Addr: a, Action: plan.Create, Summary: describe(want), Cause: cause}
			if r := in.Desired.Find(a); r != nil {
				var drift []plan.Drift
				change.Cause, drift = in.New(r, plan.Drift{Object: a.String(), What: "was taken off the edge", Then: "it is opened again"})
				result.Drift = append(result.Drift, drift...)
			}
			result.Changes = append(result.Changes, change)
		case !reflect.DeepEqual(was, want):
			change := plan.Change{Addr: a, Action: plan.Update, Summary: changed(was, want), Cause: cause}
			change.Cause.Why = a.String() + " changed"
			result.Drift = append(result.Drift, explain(in, &change, was, want)...)
			result.Changes = append(result.Changes, change)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		a := named.Addr(name)
		if !in.Has(a) {
			continue
		}
		result.Changes = append(result.Changes, plan.Change{Addr: a, Action: plan.Delete, Summary: describe(have[name]),
			Cause: in.Gone(a)})
	}
	return result, diags
}

// explain says which arguments make a port differ from how it stands, or that somebody else does.
func explain(in kind.Input, c *plan.Change, was, want proxy.Port) []plan.Drift {
	r := in.Desired.Find(c.Addr)
	applied, known := in.Applied(c.Addr)
	if r == nil || !known {
		return nil
	}
	c.Fields = append(slices.DeleteFunc(plan.Fields(applied, r.Spec, r.Sources), ofCertificate), certificateFields(r, was, want)...)
	if len(c.Fields) > 0 {
		c.Cause = plan.CauseOfAll(c.Fields)
		return nil
	}
	if d, moved := led(in, c.Addr, was, want); moved {
		c.Cause.Why, c.Cause.Drift = c.Addr.String()+" leads elsewhere than the last apply left it", true
		return []plan.Drift{d}
	}
	if slices.EqualFunc(was.Routes, want.Routes, func(a, b proxy.Route) bool { return a.Host == b.Host && a.Path == b.Path }) &&
		was.Listen == want.Listen && was.Address == want.Address && was.Mode == want.Mode {
		c.Cause.Why = "what " + c.Addr.String() + " leads to has another name on the edge"
		return nil
	}
	c.Cause.Why, c.Cause.Drift = c.Addr.String()+" was changed outside of recipe", true
	return []plan.Drift{{Addr: c.Addr, What: "was changed on the edge: " + describe(was), Then: "it becomes " + describe(want)}}
}

// led tells of a port that leads elsewhere than the last apply saw it lead, and than it is to. What an apply that was
// broken off has set looks the same.
func led(in kind.Input, a addr.Addr, was, want proxy.Port) (plan.Drift, bool) {
	kept := world.Facts(in.Observed).Edge.InForce[in.Desired.Recipe.Name].Ports
	at := slices.IndexFunc(kept, func(p proxy.Port) bool { return p.Name == was.Name })
	if at < 0 || reflect.DeepEqual(kept[at], was) {
		return plan.Drift{}, false
	}
	then := "it becomes " + describe(want)
	if reflect.DeepEqual(kept[at], want) {
		then = "it becomes " + describe(want) + " again"
	}
	return plan.Drift{Addr: a, What: "was changed on the edge, by hand or by an apply that was broken off: " + describe(was), Then: then}, true
}

// changed tells of a port that stands otherwise than it is to.
func changed(was, want proxy.Port) string {
	if names := renewed(was, want); describe(was) == describe(want) && len(names) > 0 {
		return fmt.Sprintf("%s, with another certificate %s", describe(want), strings.Join(names, " and "))
	}
	return describe(want) + ", was " + describe(was)
}

func spoken(p proxy.Port) string {
	switch {
	case p.TLS == nil:
		return string(p.Mode)
	case p.Mode == proxy.TCP:
		return "tls"
	}
	return "https"
}

func describe(p proxy.Port) string {
	var routes []string
	for _, r := range p.Routes {
		path := r.Path
		if path == "/" && r.Host != "" {
			path = ""
		}
		from := r.Host + path
		if p.Mode == proxy.TCP {
			from = "connections"
			if r.Host != "" {
				from += " for " + r.Host
			}
		}
		if r.Redirect > 0 {
			routes = append(routes, fmt.Sprintf("%s to https on %d", from, r.Redirect))
			continue
		}
		routes = append(routes, from+" to "+r.Service+told(r.Limits))
	}
	where := ""
	if p.Internal() {
		where = "internal "
	}
	text := fmt.Sprintf("%s%s %d: %s", where, spoken(p), p.Listen, strings.Join(routes, ", "))
	if len(p.Trusted) > 0 {
		text += ", trusting " + strings.Join(p.Trusted, " and ")
	}
	return text
}
