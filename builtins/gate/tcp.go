package gate

import (
	"context"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/lang/schema"
)

// tcpKind connects to each new instance.
type tcpKind struct{}

func (tcpKind) Name() string       { return "tcp" }
func (tcpKind) Measures() bool     { return false }
func (tcpKind) Doc() string        { return "passes when each new instance accepts a connection." }
func (tcpKind) Args() []schema.Arg { return append(repeatedArgs(), portArg()) }

func (tcpKind) Validate(Spec, func(string) *hcl.Range) hcl.Diagnostics { return nil }

func (tcpKind) Waits(s Spec) string {
	if a, _ := read[portArgs](s); a.Port != "" {
		return "until each new container accepts connections on port " + string(a.Port)
	}
	return "until each new container accepts connections"
}

func (tcpKind) Open(_ context.Context, t Tools, c Config, _ func(string)) (Watch, error) {
	a, err := read[portArgs](c.Gate)
	if err != nil {
		return nil, err
	}
	return probe(t, c, a, container.Target{})
}
