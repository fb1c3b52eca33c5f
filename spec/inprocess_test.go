package spec

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/sim"
	"github.com/deployrecipe/recipe/builtins/image"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/simulated"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/document"
	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/render"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/eval/target"
	"github.com/deployrecipe/recipe/lang/diag"
)

// player runs commands in memory, on an engine that is played.
type player struct {
	t       *testing.T
	ctx     context.Context
	dir     string
	environ []string
	world   *simulated.World
	// codes are those of all diagnostics given.
	codes map[string]bool
	// made is the plan of the last command that made one. note, when set, gets what an apply tells other programs.
	made *plan.Plan
	note func(any)
}

func newPlayer(t *testing.T, dir string, environ []string) *player {
	p := &player{t: t, ctx: context.Background(), dir: dir, environ: environ, codes: map[string]bool{}}
	p.world = simulated.New(simulated.Options{Settings: builtins.Environment(lookup(environ)), App: app})
	return p
}

// app is what containers run. Those with FAIL in their environment never pass a check, and jobs with it end badly.
func app(c engine.ContainerSpec) sim.App {
	a := simulated.DefaultApp(c)
	sick := slices.ContainsFunc(c.Env, func(v string) bool { return strings.HasPrefix(v, "FAIL=") })
	if strings.HasPrefix(c.Labels[label.Addr], "job.") {
		a.RunFor = 2e9
		if sick {
			a.ExitCode = 1
		}
	} else if sick {
		a.Probe = func(string) (int, string) { return 503, "sick" }
	}
	return a
}

// can leaves the commands that are about files and texts alone to a program.
func (p *player) can(program string, args []string) bool {
	switch program {
	case "recipe":
		return slices.Contains([]string{"validate", "plan", "apply", "destroy", "rollback", "promote", "revert"}, args[0])
	case "cat":
		return false
	}
	return true
}

// options are what stories give commands.
type options struct {
	path    string
	vars    []string // of --var
	files   []string // of --var-file
	explain string   // of --explain
	// These are the options of those names.
	destroy, volumes, full, detailed, refresh, again bool
	part                                             target.Options // of --target, --exclude and --replace
}

func read(args []string) options {
	o := options{path: "."}
	for i := 0; i < len(args); i++ {
		switch args[i] {
		case "--var":
			i++
			o.vars = append(o.vars, args[i])
		case "--var-file":
			i++
			o.files = append(o.files, args[i])
		case "--explain":
			i++
			o.explain = args[i]
		case "--target":
			i++
			o.part.Targets = append(o.part.Targets, args[i])
		case "--exclude":
			i++
			o.part.Excludes = append(o.part.Excludes, args[i])
		case "--replace":
			i++
			o.part.Replaces = append(o.part.Replaces, args[i])
		case "--again":
			o.again = true
		case "--refresh-only":
			o.refresh = true
		case "--destroy":
			o.destroy = true
		case "--volumes":
			o.volumes = true
		case "--full":
			o.full = true
		case "--detailed-exitcode":
			o.detailed = true
		default:
			o.path = args[i]
		}
	}
	return o
}

// run runs one command.
func (p *player) run(program string, args []string) (string, int) {
	switch program {
	case "docker":
		p.meddle(args[0], args[1])
		return "", 0
	case "wait":
		d, err := time.ParseDuration(args[0])
		if err != nil {
			p.t.Fatal(err)
		}
		time.Sleep(d) // in virtual time
		return "", 0
	case "listen":
		p.world.Listeners = append(p.world.Listeners, netip.MustParseAddrPort(args[0]))
		return "", 0
	}
	o := read(args[1:])
	m, diags := load(p.t, p.dir, p.environ, o)
	if args[0] == "validate" {
		return p.validate(m, diags)
	}
	modes := map[string]kind.Mode{"plan": kind.Apply, "apply": kind.Apply, "destroy": kind.Destroy, "rollback": kind.Rollback,
		"promote": kind.Promote, "revert": kind.Revert}
	mode, ok := modes[args[0]]
	if !ok {
		p.t.Fatalf("stories cannot run recipe %s", args[0])
	}
	if o.again {
		mode = kind.Repeat
	}
	if o.destroy {
		mode = kind.Destroy
	}
	if o.refresh {
		mode = kind.Refresh
	}
	p.world.Volumes, p.world.Part = o.volumes, o.part
	made, diags := p.plan(m, diags, mode)
	if diags.HasErrors() {
		return p.shown(m, diags), 1
	}
	p.made = made.Plan
	text := p.shown(m, diags)
	if args[0] != "plan" {
		return p.apply(text, made)
	}
	var b bytes.Buffer
	if o.explain != "" {
		return p.explain(text, m, made, o)
	}
	if err := render.Text(&b, made.Plan, render.Options{Full: o.full}); err != nil {
		p.t.Fatal(err)
	}
	if o.detailed && !made.Empty() && !made.Housekeeping() {
		return text + b.String(), 2
	}
	return text + b.String(), 0
}

// explain tells about one resource or step, as the command does.
func (p *player) explain(text string, m *loaded, made *simulated.Planned, o options) (string, int) {
	known := render.Known{Desired: made.Desired, Source: func(name string) []byte {
		if file := m.sources[name]; file != nil {
			return file.Bytes
		}
		return nil
	}}
	var b bytes.Buffer
	candidates, ok, err := render.Explain(&b, made.Plan, o.explain, known, render.Options{Full: o.full})
	if err != nil {
		p.t.Fatal(err)
	}
	if !ok {
		unknown := diag.Errorf(diag.UnknownReference, nil, "Nothing to explain",
			"Neither the plan nor the recipe has %q. Give an address such as service.web, a step's number, or its ID.%s", o.explain, diag.DidYouMean(o.explain, candidates))
		return text + p.shown(m, hcl.Diagnostics{unknown}), 1
	}
	return text + b.String(), 0
}

// meddle does what somebody else does to the containers of a service.
func (p *player) meddle(verb, address string) {
	if p.meddled(verb, address) {
		return
	}
	found, err := p.world.Engine.Containers(p.ctx, map[string]string{label.Addr: address})
	if err != nil || len(found) == 0 {
		p.t.Fatalf("%s has no containers: %v", address, err)
	}
	for _, c := range found {
		switch verb {
		case "stop":
			err = p.world.Engine.StopContainer(p.ctx, c.ID, "", time.Second)
		case "crash":
			err = p.world.Engine.Crash(c.Name, 137)
		case "update":
			err = p.world.Engine.UpdateContainer(p.ctx, c.ID, engine.Limits{Memory: 1 << 30}, "no")
		case "limit":
			err = p.world.Engine.UpdateContainer(p.ctx, c.ID, engine.Limits{Memory: 1 << 30}, "")
		case "rm":
			err = p.world.Engine.RemoveContainer(p.ctx, c.ID)
		case "connect":
			err = p.world.Engine.Connect(p.ctx, "bridge", c.ID, engine.Endpoint{})
		case "disconnect":
			for network := range c.Addresses {
				err = errors.Join(err, p.world.Engine.Disconnect(p.ctx, network, c.ID))
			}
		default:
			p.t.Fatalf("stories cannot run docker %s", verb)
		}
		if err != nil {
			p.t.Fatal(err)
		}
	}
}

// meddled does what somebody else does to a network, a volume or an image, or to the record.
func (p *player) meddled(verb, address string) bool {
	name := "shop-" + address[strings.LastIndex(address, ".")+1:]
	var err error
	switch kind, _, _ := strings.Cut(address, "."); {
	case verb == "forget":
		p.world.Forget("shop")
	case verb == "lead":
		_, err = p.world.Edge.Update(p.ctx, "shop", func(s *proxy.Site) error {
			at := slices.IndexFunc(s.Ports, func(port proxy.Port) bool { return "port."+port.Name == address })
			route := &s.Ports[at].Routes[0]
			other := slices.IndexFunc(s.Services, func(service proxy.Service) bool { return service.Name != route.Service })
			route.Service = s.Services[other].Name
			return nil
		})
	case kind == "network":
		err = p.world.Engine.RemoveNetwork(p.ctx, name)
	case kind == "volume":
		err = p.world.Engine.RemoveVolume(p.ctx, name)
	case kind == "image":
		err = p.meddledImage(verb, address)
	default:
		return false
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return true
}

// meddledImage takes an image's names away, and with retag gives them to another one.
func (p *player) meddledImage(verb, address string) error {
	images, err := p.world.Engine.Images(p.ctx, map[string]string{label.Addr: address})
	for _, image := range images {
		for _, tag := range image.Tags {
			if err == nil && verb == "retag" {
				p.world.Engine.AddImage("stranger", engine.ImageConfig{}, sim.App{})
				err = p.world.Engine.Tag(p.ctx, "stranger", tag)
			} else if err == nil {
				err = p.world.Engine.RemoveImage(p.ctx, tag)
			}
		}
	}
	return err
}

func (p *player) validate(m *loaded, diags hcl.Diagnostics) (string, int) {
	if !diags.HasErrors() {
		_, more := resolve.Check(m.decoded, m.inputs)
		diags = append(diags, more...)
	}
	if diags.HasErrors() {
		return p.shown(m, diags), 1
	}
	return p.shown(m, diags) + "The recipe is valid.\n", 0
}

// plan makes a plan as the command does: what is wrong with the recipe comes first.
func (p *player) plan(m *loaded, diags hcl.Diagnostics, mode kind.Mode) (*simulated.Planned, hcl.Diagnostics) {
	if diags.HasErrors() {
		return nil, diags
	}
	head, more := resolve.Head(m.decoded, m.inputs)
	if more.HasErrors() {
		_, rest := resolve.Check(m.decoded, m.inputs)
		return nil, append(more, rest...)
	}
	desired := &state.Desired{Recipe: head}
	if mode != kind.Destroy {
		p.learnRefs(m)
		m.fetchSecrets(p.ctx)
		desired, more = resolve.Resolve(m.decoded, m.inputs)
		if diags = append(diags, more...); diags.HasErrors() {
			return nil, diags
		}
	}
	made, more, err := p.world.Plan(p.ctx, desired, mode)
	if err != nil {
		more = append(more, diag.Errorf("", nil, "The command failed", "%s.", err))
	}
	return made, append(diags, more...)
}

// learnRefs finds the references of the recipe's images, which name their contents, for expressions that read them.
func (p *player) learnRefs(m *loaded) {
	images, diags := resolve.Check(m.decoded, m.inputs)
	if diags.HasErrors() {
		return
	}
	images.Resources = slices.DeleteFunc(images.Resources, func(r *state.Resource) bool { return r.Addr.Kind != "image" })
	observed, _, err := p.world.List(p.ctx, images.Recipe)
	if err == nil {
		err = p.world.Refine(p.ctx, observed, images)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	m.refs = map[addr.Addr]string{}
	for a, content := range image.FactsOf(observed).Contents {
		m.refs[a] = content.Ref
	}
}

// apply carries a plan out and says in few words how it ended.
func (p *player) apply(text string, made *simulated.Planned) (string, int) {
	var o simulated.ApplyOptions
	if p.note != nil {
		p.note(document.Begin(made.Plan))
		o.Sink = func(e event.Event) { p.note(document.EventOf(e)) }
	}
	done, err := p.world.Apply(p.ctx, made, o)
	if err == nil {
		for _, group := range done.Paused {
			text += "Paused: " + group + "\n"
		}
		return fmt.Sprintf("%sSteps done: %d\n", text, len(done.Done)), 0
	}
	var failed []string
	for _, f := range done.Failed {
		p.codes[string(diag.StepFailed)] = true
		failed = append(failed, fmt.Sprintf("Failed: %s: %s", f.Title, f.Err))
	}
	for _, back := range done.Reverted {
		failed = append(failed, fmt.Sprintf("Taken back: %s", back.Group))
	}
	return text + strings.Join(failed, "\n") + "\n", 1
}

// shown is what people read of diagnostics.
func (p *player) shown(m *loaded, diags hcl.Diagnostics) string {
	for _, d := range diags {
		p.codes[string(diag.CodeOf(d))] = true
	}
	var b bytes.Buffer
	if err := diag.Print(&b, m.sources, diags, diag.Style{}); err != nil {
		p.t.Fatal(err)
	}
	return b.String()
}
