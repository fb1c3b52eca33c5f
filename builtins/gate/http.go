package gate

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// httpKind asks each new instance for a path.
type httpKind struct{}

type httpArgs struct {
	portArgs
	Path    string            `json:"path"`
	Host    string            `json:"host"`
	Headers map[string]string `json:"headers"`
	Status  []int             `json:"status"`
	Body    string            `json:"body"`
}

func (httpKind) Name() string   { return "http" }
func (httpKind) Measures() bool { return false }

func (httpKind) Doc() string {
	return "passes when each new instance answers a GET with a status and a body as they should be."
}

func (httpKind) Args() []schema.Arg {
	return append(repeatedArgs(),
		portArg(),
		schema.Arg{Name: "path", Type: schema.Str(), Doc: "The path to ask for, \"/\" without it."},
		schema.Arg{Name: "host", Type: schema.Str(), Doc: "The Host header, the instance's address without it."},
		schema.Arg{Name: "headers", Type: schema.MapOf(schema.Str()), Doc: "Headers to send, by name."},
		schema.Arg{Name: "status", Type: schema.ListOf(schema.Whole(100, 599)), Doc: "The statuses that pass, 200 to 399 without it. Redirects are not followed."},
		schema.Arg{Name: "body", Type: schema.Str(), Doc: "A regular expression (RE2) that must match somewhere in the first 4 KiB of the body."},
	)
}

func portArg() schema.Arg {
	return schema.Arg{Name: "port", Type: schema.EitherOf(schema.Whole(1, 65535), schema.Str()),
		Doc: "The container's port, by its name or number; without it the one that the routes lead to. Of services that switch together, those that do not have it are not asked."}
}

func (httpKind) Validate(s Spec, at func(string) *hcl.Range) hcl.Diagnostics {
	a, err := read[httpArgs](s)
	if err != nil {
		return hcl.Diagnostics{diag.FromError(diag.Internal, err, at(""))}
	}
	var diags hcl.Diagnostics
	invalid := func(arg, text string, values ...any) {
		diags = append(diags, diag.Errorf(diag.InvalidValue, at(arg), "Invalid value", text, values...))
	}
	if a.Path != "" && (!strings.HasPrefix(a.Path, "/") || strings.ContainsFunc(a.Path, control)) {
		invalid("path", "A path begins with / and holds no spaces; %q does not.", a.Path)
	}
	for name, value := range a.Headers {
		if !headerName.MatchString(name) || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' }) {
			invalid("headers", "%q is no header that HTTP allows: names are letters, digits and dashes, values one line.", name)
		}
	}
	if _, err := regexp.Compile(a.Body); err != nil {
		invalid("body", "%q is no regular expression: %s.", a.Body, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return diags
}

var headerName = regexp.MustCompile(`^[A-Za-z0-9-]+$`)

func control(r rune) bool { return r <= ' ' || r == 0x7f }

func (httpKind) Waits(s Spec) string {
	a, _ := read[httpArgs](s) // Validate has read it
	text := "until GET " + or(a.Path, "/")
	if a.Port != "" {
		text += " on port " + string(a.Port)
	}
	text += " answers " + statuses(a.Status)
	if a.Body != "" {
		text += fmt.Sprintf(" and matches %q", a.Body)
	}
	return text + " from each new container"
}

func (httpKind) Open(_ context.Context, t Tools, c Config, _ func(string)) (Watch, error) {
	a, err := read[httpArgs](c.Gate)
	if err != nil {
		return nil, err
	}
	return probe(t, c, a.portArgs, container.Target{HTTP: true, Path: a.Path, Host: a.Host, Headers: a.Headers, Status: a.Status, Body: a.Body})
}

func statuses(codes []int) string {
	if len(codes) == 0 {
		return "200 to 399"
	}
	var texts []string
	for _, code := range codes {
		texts = append(texts, strconv.Itoa(code))
	}
	return strings.Join(texts, " or ")
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
