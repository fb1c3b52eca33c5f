// Package maintenance is the maintenance block: what a recipe's ports answer while somebody has put that up.
//
// The block says what is answered; whether it is, is the edge's state and not the recipe's, so that an apply, a reload
// and a restart leave it as it is. "recipe maintenance on" and "off" change it.
package maintenance

import (
	"encoding/json"
	"net/netip"
	"reflect"
	"regexp"
	"slices"

	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Name is the kind's.
const Name = "maintenance"

// Kind is the maintenance block.
type Kind struct{}

// Schema describes the block.
func (Kind) Schema() *schema.Block {
	return &schema.Block{Name: Name, Label: "name", Resource: true,
		Doc: "What the recipe's ports answer, with status 503, while \"recipe maintenance on\" has put it up. Ports in tcp mode close their connections instead.",
		Args: []schema.Arg{
			{Name: "page", Type: schema.Str(), Required: true, Change: schema.ProxyOnly, Doc: "The page itself, at most 12 KiB: file(\"maintenance.html\")."},
			{Name: "type", Type: schema.Str(), Default: `"text/html; charset=utf-8"`, Change: schema.ProxyOnly, Doc: "The page's media type."},
			{Name: "retry_after", Type: schema.Dur(), Change: schema.ProxyOnly, Doc: "When clients are told to come again; nothing is said of it without."},
			{Name: "except", Type: schema.ListOf(schema.Str()), Change: schema.ProxyOnly, Doc: "Networks, such as 10.0.0.0/8, whose clients are served all the same: your own, to look before all can."},
		},
	}
}

// Export has nothing beyond the arguments.
func (Kind) Export(kind.Instance, string) (cty.Value, hcl.Diagnostics) { return cty.NilVal, nil }

// Spec is the block as state.Resource.Spec holds it.
type Spec struct {
	Page       string         `json:"page"`
	Type       string         `json:"type"`
	RetryAfter state.Duration `json:"retry_after,omitzero"`
	Except     []string       `json:"except,omitempty"`
}

// of is what the edge is told.
func (s Spec) of() *proxy.Maintenance {
	m := proxy.Maintenance{Page: s.Page, Type: s.Type, RetryAfter: s.RetryAfter.Std(), Except: s.Except}
	return proxy.Site{Maintenance: &m}.Normal().Maintenance
}

var fileName = regexp.MustCompile(`^[\w./-]+\.(html?|txt|json)$`)

// Validate finds a page that cannot be sent, and what is no network.
func (Kind) Validate(r *state.Resource, d *state.Desired) hcl.Diagnostics {
	var s Spec
	if err := json.Unmarshal(r.Spec, &s); err != nil {
		return hcl.Diagnostics{diag.FromError(diag.Internal, err, &r.Range)}
	}
	var diags hcl.Diagnostics
	fail := func(path, summary, format string, args ...any) {
		diags = append(diags, diag.Errorf(diag.InvalidValue, r.At(path), summary, format, args...))
	}
	if !slices.ContainsFunc(d.Resources, func(r *state.Resource) bool { return r.Addr.Kind == "port" }) {
		fail("", "Nobody to tell", "%s is what the recipe's ports answer, and it has none.", r.Addr)
	}
	switch {
	case s.Page == "":
		fail("page", "An empty page", "Clients would see nothing at all. Say when you will be back.")
	case fileName.MatchString(s.Page):
		fail("page", "The name of a file", "page is the page itself, so clients would read %q. Write file(%q).", s.Page, s.Page)
	case len(s.Page) > proxy.MaxPage:
		fail("page", "The page is too long", "The page has %d bytes, and HAProxy keeps an answer in memory as a whole: %d at most. Have it load its pictures and styles from elsewhere.", len(s.Page), proxy.MaxPage)
	}
	if s.RetryAfter < 0 {
		fail("retry_after", "Not a time to come", "%s is in the past.", s.RetryAfter)
	}
	for _, text := range s.Except {
		p, err := netip.ParsePrefix(text)
		switch {
		case err != nil:
			fail("except", "Not a network", "%q is not a network; write one like 10.0.0.0/8, or 192.0.2.7/32 for one address.", text)
		case p.Masked() != p:
			fail("except", "Not a network", "%q is an address in a network; the network is %s.", text, p.Masked())
		}
	}
	if !diags.HasErrors() {
		if err := (proxy.Site{Recipe: "x", Maintenance: s.of()}).Validate(); err != nil {
			fail("type", "The proxy cannot serve this", "%s.", err)
		}
	}
	return diags
}

var _ kind.Together = Kind{}

// ValidateTogether allows one block.
func (Kind) ValidateTogether(blocks []*state.Resource, _ *state.Desired) hcl.Diagnostics {
	if len(blocks) < 2 {
		return nil
	}
	return hcl.Diagnostics{diag.Errorf(diag.InvalidValue, &blocks[1].Range, "Two maintenance blocks",
		"All ports of a recipe answer the same, which %s describes already. Remove one of the blocks.", blocks[0].Addr)}
}

// Wanted is what the edge is to have: as it stands where the plan is not about the block.
func Wanted(in kind.Input, stands *proxy.Maintenance) *proxy.Maintenance {
	if in.Mode.Recalls() {
		return stands
	}
	for _, r := range in.All().Resources {
		if r.Addr.Kind != Name {
			continue
		}
		var s Spec
		if !in.Has(r.Addr) || json.Unmarshal(r.Spec, &s) != nil {
			return stands
		}
		return s.of()
	}
	return nil
}

// Diff says what changes of the page, and that it is up. The steps for it are the services', who know the edge's state.
func (Kind) Diff(in kind.Input) (kind.Result, hcl.Diagnostics) {
	var result kind.Result
	var have *proxy.Maintenance
	site := world.Facts(in.Observed).Site(in.Desired.Recipe.Name)
	if site != nil {
		have = site.Maintenance
	}
	if in.Mode.Recalls() || in.Mode == kind.Destroy {
		return result, nil
	}
	want := Wanted(in, have)
	for _, r := range in.Resources {
		if site != nil && site.Down {
			result.Notes = append(result.Notes, plan.Note{Addr: r.Addr, Text: "it is up, and stays up: \"recipe maintenance off\" takes it down"})
		}
		change := plan.Change{Addr: r.Addr, Action: plan.Create, Summary: summary(want), Cause: plan.At(r.Addr.String()+" is new", r.Range)}
		if reflect.DeepEqual(have, want) {
			continue
		}
		if have != nil {
			change.Action, change.Cause = plan.Update, plan.At(r.Addr.String()+" changed", r.Range)
			if applied, known := in.Applied(r.Addr); known {
				if change.Fields = plan.Fields(applied, r.Spec, r.Sources); len(change.Fields) > 0 {
					change.Cause = change.Fields[0].Cause
				}
			}
		}
		result.Changes = append(result.Changes, change)
	}
	return result, nil
}

func summary(m *proxy.Maintenance) string {
	text := "a page of " + plan.Bytes(int64(len(m.Page)))
	if m.RetryAfter > 0 {
		text += ", to come again after " + m.RetryAfter.String()
	}
	if len(m.Except) > 0 {
		text += ", not for " + m.Except[0]
		if n := len(m.Except); n > 1 {
			text += " and others"
		}
	}
	return text
}
