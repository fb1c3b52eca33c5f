package haproxy

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// maxRounds bounds align: five phases, each of which may need to be sent again.
const maxRounds = 16

// errStructure says that the runtime cannot follow without a reload.
var errStructure = errors.New("the worker runs another structure")

// world is what a worker says of one recipe.
type world struct {
	structure string
	servers   map[slot]live
	maps      map[string]map[string]string
}

// align brings a worker in line with a site: it reads, sends the commands of the first phase that has any,
// and reads again, until there is nothing to send. errStructure asks for a reload, errMoved to start over.
func align(ctx context.Context, host Host, site *proxy.Site, o Options) error {
	var last []string
	repeats := 0
	for range maxRounds {
		pid, w, err := observe(ctx, host, site)
		if err != nil {
			return err
		}
		commands, err := next(site, w, o)
		if err != nil {
			return err
		}
		if len(commands) == 0 {
			if err := certify(ctx, host, site, o.Dir); err != nil {
				return err
			}
			return settled(ctx, host, pid)
		}
		if repeats++; !slices.Equal(commands, last) {
			repeats = 0
		} else if repeats > 2 {
			return fmt.Errorf("HAProxy does not take %q", commands[0])
		}
		last = commands
		answered, said, err := ask(ctx, host, commands)
		if err != nil {
			return err
		}
		if said := refusal(said); answered == pid && said != "" && repeats > 0 {
			return fmt.Errorf("HAProxy says %q to %q", said, commands)
		}
	}
	return fmt.Errorf("HAProxy's state did not settle in %d rounds", maxRounds)
}

// settled makes sure that the worker which is in line is the one that the master calls current, and that no other
// decides anything: the master tells a worker that it is replaced when the new one serves already.
func settled(ctx context.Context, host Host, pid int) error {
	now, err := show(ctx, host)
	if err != nil {
		return err
	}
	if now.current() != pid {
		return errMoved
	}
	for _, w := range now.workers {
		if !w.old {
			continue
		}
		said, err := send(ctx, host, Master, fmt.Sprintf("@!%d show info", w.pid))
		if err != nil {
			return err
		}
		if !strings.Contains(said, "\nStopping: 1\n") && !strings.Contains(said, gone) {
			return fmt.Errorf("%w: worker %d does not know yet that it is replaced", errMoved, w.pid)
		}
	}
	return nil
}

// refusal picks the first line that is neither empty nor known as a mere notice, from answers to set.
func refusal(answer string) string {
	for line := range strings.Lines(answer) {
		for _, word := range []string{"No such", "not found", "Unknown", "Can't", "Invalid", "invalid", "require", "Malformed"} {
			if strings.Contains(line, word) {
				return strings.TrimSpace(line)
			}
		}
	}
	return ""
}

// observe reads what a worker says of a site's servers and of the maps of its ports, with one question.
func observe(ctx context.Context, host Host, site *proxy.Site) (int, world, error) {
	names := slices.Sorted(maps.Keys(entries(site)))
	var commands []string
	for _, name := range names { // first, while there is but one empty line after each answer
		commands = append(commands, "show map "+name)
	}
	commands = append(commands, "get var "+variable(site.Recipe))
	for i := range site.Services {
		for _, side := range []proxy.Side{proxy.A, proxy.B} {
			name := backendName(site.Recipe, site.Services[i].Name, side)
			commands = append(commands, "show servers state "+name, "show servers conn "+name)
		}
	}
	pid, said, err := ask(ctx, host, commands)
	if err != nil {
		return 0, world{}, err
	}
	answers := answersIn(said)
	if len(answers) < len(names) {
		return 0, world{}, errMoved
	}
	w := world{structure: parseVariable(said, variable(site.Recipe)), servers: parseServers(said), maps: map[string]map[string]string{}}
	for i, name := range names {
		// A map that no frontend reads is not loaded. A frontend that comes to read it is a reload.
		if !strings.Contains(answers[i], "Unknown map identifier") {
			w.maps[name] = parseMap(answers[i])
		}
	}
	return pid, w, nil
}

// running asks which structure of a recipe a worker runs.
func running(ctx context.Context, host Host, recipe string) (structure string, err error) {
	_, said, err := ask(ctx, host, []string{"get var " + variable(recipe)})
	return parseVariable(said, variable(recipe)), err
}

// next are the commands of the first phase of a switch that is not done: addresses, ready, maps, drain,
// maint. Whatever takes requests is there before anything is led to it, and nothing is taken away before.
func next(site *proxy.Site, w world, o Options) ([]string, error) {
	if wanted := structure(site, o); w.structure != wanted && !(site.Empty() && w.structure == "") {
		return nil, errStructure
	}
	if w.maps[holdMap] == nil && holds(site) {
		return nil, fmt.Errorf("%w: it was built without Lua", proxy.ErrCannotHold)
	}
	var addresses, ready, drain, maint []string
	for i := range site.Services {
		service := &site.Services[i]
		for _, side := range []proxy.Side{proxy.A, proxy.B} {
			for n := 1; n <= service.Slots(); n++ {
				at := slot{backendName(site.Recipe, service.Name, side), serverName(n)}
				is, ok := w.servers[at]
				if !ok {
					return nil, errStructure
				}
				p, err := phases(at, is, service.Side(side).Server(n))
				if err != nil {
					return nil, err
				}
				addresses, ready, drain, maint = append(addresses, p.address...), append(ready, p.ready...), append(drain, p.drain...), append(maint, p.maint...)
			}
		}
	}
	for _, phase := range [][]string{addresses, ready, mapCommands(site, w.maps), drain, maint} {
		if len(phase) > 0 {
			return phase, nil
		}
	}
	return nil, nil
}

// steps are what one slot lacks, by phase.
type steps struct{ address, ready, drain, maint []string }

// phases compares one slot. An address can only be set where no request of the old one is left, since the
// counters would mix; else a new worker, with counters of its own, has to take over.
func phases(at slot, is live, server *proxy.Server) (p steps, err error) {
	name := at.backend + "/" + at.server
	if server == nil {
		if is.state() != proxy.Maint {
			p.maint = []string{"set server " + name + " state maint"}
		}
		return p, nil
	}
	if is.address != server.Address {
		if is.state() != proxy.Maint || is.used > 0 {
			return p, errStructure
		}
		p.address = []string{fmt.Sprintf("set server %s addr %s port %d", name, server.Address.Addr(), server.Address.Port())}
	}
	if is.state() == server.State {
		return p, nil
	}
	set := fmt.Sprintf("set server %s state %s", name, server.State)
	switch server.State {
	case proxy.Ready:
		// The one who makes a server ready has probed it: it is up from now, not from its next check on.
		p.ready = []string{"enable health " + name, set, "set server " + name + " health up"}
	case proxy.Draining:
		p.drain = []string{set}
	case proxy.Maint:
		p.maint = []string{set}
	}
	return p, nil
}

// mapCommands are what a recipe's entries lack: holds, percentages, routes, and then what is no more, so that requests
// that waited go where they shall.
func mapCommands(site *proxy.Site, is map[string]map[string]string) []string {
	var set, del []string
	wanted := entries(site)
	for _, name := range slices.Sorted(maps.Keys(is)) {
		for _, key := range slices.Sorted(maps.Keys(wanted[name])) {
			value, has := is[name][key]
			switch {
			case !has:
				set = append(set, fmt.Sprintf("add map %s %s %s", name, key, wanted[name][key]))
			case value != wanted[name][key]:
				set = append(set, fmt.Sprintf("set map %s %s %s", name, key, wanted[name][key]))
			}
		}
		for _, key := range slices.Sorted(maps.Keys(is[name])) {
			_, keep := wanted[name][key]
			if !keep && ownsLine(name, site.Recipe, key, is[name][key]) {
				del = append(del, fmt.Sprintf("del map %s %s", name, key))
			}
		}
	}
	return append(set, del...)
}
