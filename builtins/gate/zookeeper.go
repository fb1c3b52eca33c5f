package gate

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/ask"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// zookeeperKind asks a ZooKeeper ensemble whether it works, and for a node.
type zookeeperKind struct{}

type zookeeperArgs struct {
	Servers []string `json:"servers"`
	Node    string   `json:"node"`
	Expect  *string  `json:"expect"`
}

const zookeeperPort = "2181"

func (zookeeperKind) Name() string   { return "zookeeper" }
func (zookeeperKind) Measures() bool { return false }

func (zookeeperKind) Doc() string {
	return "passes when more than half of the servers of a ZooKeeper ensemble serve and one of them leads, or a single one stands alone, and a node, where one is named, is there and holds what is expected; they are asked again, a second later, while it is not so. They are asked from within the network of the new release."
}

func (zookeeperKind) Args() []schema.Arg {
	return []schema.Arg{
		{Name: "servers", Type: schema.ListOf(schema.Str()), Required: true, Doc: "All servers of the ensemble, as HOST or HOST:PORT; the port is 2181 without it. They must answer the word srvr, as they do unless told otherwise."},
		{Name: "node", Type: schema.Str(), Doc: "The path of a node that must be there."},
		expectArg(),
	}
}

func (zookeeperKind) Validate(s Spec, at func(string) *hcl.Range) hcl.Diagnostics {
	a, err := read[zookeeperArgs](s)
	if err != nil {
		return hcl.Diagnostics{diag.FromError(diag.Internal, err, at(""))}
	}
	var diags hcl.Diagnostics
	invalid := func(arg, text string, values ...any) {
		diags = append(diags, diag.Errorf(diag.InvalidValue, at(arg), "Invalid value", text, values...))
	}
	if len(a.Servers) == 0 {
		invalid("servers", "An ensemble has at least one server; name all of them.")
	}
	for i, server := range a.Servers {
		host, port, err := net.SplitHostPort(address(server))
		switch {
		case err != nil || host == "" || port == "" || strings.ContainsAny(server, "/ "):
			invalid("servers", "%q is no server: write HOST or HOST:PORT.", server)
		case slices.Contains(a.Servers[:i], server):
			invalid("servers", "%q is there twice, and would count twice.", server)
		}
	}
	if a.Node != "" && (!strings.HasPrefix(a.Node, "/") || a.Node != "/" && strings.HasSuffix(a.Node, "/") || strings.Contains(a.Node, "//")) {
		invalid("node", "%q is no path of a node: it begins with / and does not end with one, as in /app/ready.", a.Node)
	}
	if a.Expect != nil {
		if a.Node == "" {
			invalid("expect", "There is nothing that could be %s: name a node.", expecting(*a.Expect).text())
		}
		diags = append(diags, validateExpect(*a.Expect, at)...)
	}
	return diags
}

// address gives a server its port.
func address(server string) string {
	if _, _, err := net.SplitHostPort(server); err == nil {
		return server
	}
	return net.JoinHostPort(strings.Trim(server, "[]"), zookeeperPort)
}

func (zookeeperKind) Waits(s Spec) string {
	a, _ := read[zookeeperArgs](s) // Validate has read it
	text := "until the ensemble of " + and(a.Servers) + " has a leader and a quorum"
	if len(a.Servers) == 1 {
		text = "until " + a.Servers[0] + " serves"
	}
	if a.Node != "" {
		text += " and the node " + a.Node
		if a.Expect == nil {
			return text + " is there"
		}
		text += " is " + expecting(*a.Expect).text()
	}
	return text
}

func (zookeeperKind) Open(ctx context.Context, t Tools, c Config, _ func(string)) (Watch, error) {
	a, err := read[zookeeperArgs](c.Gate)
	if err != nil {
		return nil, err
	}
	question := ask.Ensemble{Node: a.Node}
	for _, server := range a.Servers {
		question.Servers = append(question.Servers, address(server))
	}
	return behind(ctx, t, c, func(ctx context.Context, g Guest) (answer, error) {
		m, err := g.ZooKeeper(ctx, question)
		if err != nil {
			return answer{}, err
		}
		return a.judge(m), nil
	})
}

// judge tells whether the servers make a working ensemble, and the node is as it should be.
func (a zookeeperArgs) judge(m ask.Members) answer {
	var leading []string
	serving, wrong := 0, ""
	for _, s := range m.Servers {
		switch s.Mode {
		case "leader", "standalone":
			leading = append(leading, s.At)
			serving++
		case "follower":
			serving++
		case "observer": // it has no vote
		default:
			wrong += "; " + s.At + ": " + or(s.Why, "it is a "+s.Mode)
		}
	}
	text := fmt.Sprintf("%d of %d servers serve", serving, len(m.Servers))
	switch {
	case 2*serving <= len(m.Servers):
		return answer{text: text + ", which is no quorum" + wrong}
	case len(leading) != 1:
		return answer{text: fmt.Sprintf("%s, and %d of them lead%s", text, len(leading), wrong)}
	}
	text += ", " + leading[0] + " leads"
	if a.Node == "" {
		return answer{good: true, text: text}
	}
	switch {
	case m.Node.Failed():
		return answer{text: text + "; " + a.Node + ": " + m.Node.Why, final: m.Node.Final}
	case !m.Exists:
		return answer{text: text + "; there is no node " + a.Node}
	case a.Expect == nil:
		return answer{good: true, text: text + "; " + a.Node + " is " + shown(m.Value)}
	case !expecting(*a.Expect).holds(m.Value):
		return answer{text: text + "; " + a.Node + " is " + shown(m.Value) + ", which is to be " + expecting(*a.Expect).text()}
	}
	return answer{good: true, text: text + "; " + a.Node + " is " + shown(m.Value) + ", as expected"}
}
