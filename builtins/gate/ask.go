package gate

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/deployrecipe/recipe/builtins/container"
)

// How instances are asked: so often, each answer within so long. A gate's timeout bounds it all.
const (
	askEvery = time.Second
	askLimit = 5 * time.Second
)

// asking is a Watch that asks each instance until it answers well.
type asking struct {
	instances []Instance
	// ask returns once an instance answered well, or when ctx ends, and what was answered last.
	ask func(ctx context.Context, i Instance) (ok bool, answer string, err error)
}

// Judge asks all at once. It passes when all did well; one that does not has failed when the time is over.
func (a asking) Judge(ctx context.Context) (Verdict, error) {
	answers := make([]string, len(a.instances))
	oks := make([]bool, len(a.instances))
	errs := make([]error, len(a.instances))
	var asked sync.WaitGroup
	for i := range a.instances {
		asked.Go(func() { oks[i], answers[i], errs[i] = a.ask(ctx, a.instances[i]) })
	}
	asked.Wait()
	for i := range a.instances {
		if errs[i] != nil {
			return Verdict{}, errs[i]
		}
		if !oks[i] {
			return Verdict{Failed, a.instances[i].Container + ": " + answers[i]}, nil
		}
	}
	if len(answers) == 1 {
		return Verdict{Passed, a.instances[0].Container + ": " + first(answers[0])}, nil
	}
	return Verdict{Passed, fmt.Sprintf("%d of %d instances; %s: %s", len(answers), len(answers), a.instances[0].Container, first(answers[0]))}, nil
}

// portArgs choose a port of each instance.
type portArgs struct {
	Port container.PortName `json:"port"`
}

// Port is the port that a gate asks for, empty where it names none.
func (s Spec) Port() container.PortName {
	a, _ := read[portArgs](s) // a kind without ports has none
	return a.Port
}

// targets are the instances that have the port, by the addresses at which they are asked. Of services that switch
// together only some may have it.
func (p portArgs) targets(all []Instance) (having []Instance, at []netip.AddrPort, err error) {
	for _, i := range all {
		number := i.Port
		if p.Port != "" {
			expose := map[string]container.Expose{}
			for name, port := range i.Ports {
				expose[name] = container.Expose{Port: port}
			}
			number, _ = p.Port.Number(expose)
		}
		if number == 0 {
			continue
		}
		address, err := netip.ParseAddr(i.Address)
		if err != nil {
			return nil, nil, fmt.Errorf("%s has no address at which it can be asked", i.Container)
		}
		having = append(having, i)
		at = append(at, netip.AddrPortFrom(address, uint16(number)))
	}
	if len(having) == 0 {
		return nil, nil, fmt.Errorf("no instance of the new release has the port that it asks for")
	}
	return having, at, nil
}

// probe asks instances through whoever probes on the engine's side.
func probe(t Tools, c Config, p portArgs, target container.Target) (Watch, error) {
	instances, at, err := p.targets(c.Instances)
	if err != nil {
		return nil, err
	}
	of := map[string]netip.AddrPort{}
	for n, i := range instances {
		of[i.Container] = at[n]
	}
	target.Interval, target.Timeout = askEvery, askLimit
	return asking{instances, func(ctx context.Context, i Instance) (bool, string, error) {
		one := target
		one.Address = of[i.Container]
		answer, err := t.Prober.Probe(ctx, one)
		if ctx.Err() != nil && !answer.Passed {
			err = nil // its time is over: the last answer is the evidence
		}
		return answer.Passed, answer.Told(), err
	}}, nil
}
