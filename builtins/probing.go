package builtins

import (
	"context"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/helper"
)

// prober is the part of a helper that asks containers whether they answer.
type prober interface {
	Probe(context.Context, helper.Probe) (helper.Probed, error)
}

// probing has a helper probe for the steps on containers, which know no helper.
type probing struct{ prober }

// Probe asks until the target passes or ctx ends.
func (p probing) Probe(ctx context.Context, t container.Target) (container.Answer, error) {
	got, err := p.prober.Probe(ctx, helper.Probe{HTTP: t.HTTP, Address: t.Address.String(), Path: t.Path, Host: t.Host,
		Headers: t.Headers, Status: t.Status, Body: t.Body,
		Interval: t.Interval, Timeout: t.Timeout})
	return container.Answer{Passed: got.Passed, Attempts: got.Attempts, Status: got.Status, Body: string(got.Body), Err: got.Err}, err
}
