package dockerfile

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
)

type arg struct {
	Name    string  `json:"name"`
	Default *string `json:"default"`
}

// ValidName reports whether a build argument or environment variable can have the name.
func ValidName(name string) bool {
	return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`).MatchString(name)
}

func (a *arg) render(r *renderer) {
	if !ValidName(a.Name) {
		r.problem("%q cannot name a build argument. Use letters, digits and _, and begin with a letter.", a.Name)
	}
	if a.Default == nil {
		r.line("ARG", a.Name)
		return
	}
	r.check("The default", *a.Default)
	r.line("ARG", a.Name+"="+quoted(*a.Default))
}

type env struct {
	Vars map[string]string `json:"vars"`
}

func (e *env) render(r *renderer) {
	for name := range e.Vars {
		if !ValidName(name) {
			r.problem("%q cannot name an environment variable. Use letters, digits and _, and begin with a letter.", name)
		}
	}
	r.pairs("ENV", e.Vars)
}

type label struct {
	Labels map[string]string `json:"labels"`
}

func (l *label) render(r *renderer) {
	for name := range l.Labels {
		if !printable(name) || strings.ContainsAny(name, "= \t") || name == "" {
			r.problem("%q cannot name a label: a name is not empty and holds no spaces and no equals signs.", name)
		}
		if strings.HasPrefix(name, "recipe.") {
			r.problem("The label %q is taken: names that begin with \"recipe.\" say which recipe an image belongs to.", name)
		}
	}
	r.pairs("LABEL", l.Labels)
}

// pairs writes NAME=value words, one a line so that differences show.
func (r *renderer) pairs(instruction string, pairs map[string]string) {
	if len(pairs) == 0 {
		r.problem("The %s block sets nothing. Set something or remove it.", strings.ToLower(instruction))
		return
	}
	words := make([]string, 0, len(pairs))
	for _, name := range slices.Sorted(maps.Keys(pairs)) {
		r.check("The value of "+name, pairs[name])
		words = append(words, literalKey(name)+"="+quoted(pairs[name]))
	}
	r.line(instruction, strings.Join(words, " \\\n    "))
}

func literalKey(name string) string {
	if bare(name) {
		return name
	}
	return quoted(name)
}

type workdir struct {
	Path string `json:"path"`
}

func (w *workdir) render(r *renderer) { r.word("WORKDIR", "The path", w.Path) }

type user struct {
	Name string `json:"name"`
}

func (u *user) render(r *renderer) { r.word("USER", "The user", u.Name) }

type stopsignal struct {
	Signal string `json:"signal"`
}

func (s *stopsignal) render(r *renderer) {
	if !regexp.MustCompile(`^(SIG)?[A-Z0-9+-]+$`).MatchString(s.Signal) {
		r.problem("%q is not a signal. Write its name, like SIGTERM, or its number.", s.Signal)
	}
	r.line("STOPSIGNAL", s.Signal)
}

// word writes an instruction of one word.
func (r *renderer) word(instruction, what, text string) {
	if text == "" {
		r.problem("%s is empty.", what)
	}
	r.check(what, text)
	r.line(instruction, literal(text))
}

type expose struct {
	Ports []port `json:"ports"`
}

// port is a number, or text such as "53/udp" and "8000-8010".
type port string

// UnmarshalJSON reads a number or a string.
func (p *port) UnmarshalJSON(data []byte) error {
	if strings.HasPrefix(string(data), `"`) {
		return json.Unmarshal(data, (*string)(p))
	}
	*p = port(data)
	return nil
}

func (e *expose) render(r *renderer) {
	form := regexp.MustCompile(`^[0-9]{1,5}(-[0-9]{1,5})?(/(tcp|udp|sctp))?$`)
	words := []string{"EXPOSE"}
	for _, p := range e.Ports {
		if !form.MatchString(string(p)) {
			r.problem("%q is not a port. Write a number, or text like \"53/udp\" or \"8000-8010\".", string(p))
		}
		words = append(words, string(p))
	}
	if len(e.Ports) == 0 {
		r.problem("The expose block names no port.")
	}
	r.line(words...)
}

type volume struct {
	Paths []string `json:"paths"`
}

func (v *volume) render(r *renderer) {
	for _, path := range v.Paths {
		r.check("The path", path)
		if path == "" {
			r.problem("A path is empty.")
		}
	}
	if len(v.Paths) == 0 {
		r.problem("The volume block names no path.")
	}
	r.line("VOLUME", literals(v.Paths))
}

type onbuild struct {
	Steps []Step `json:"steps"`
}

func (o *onbuild) render(r *renderer) {
	switch {
	case len(o.Steps) != 1:
		r.problem("An onbuild block holds exactly one instruction.")
		return
	case r.nested || o.Steps[0].Type == "onbuild":
		r.problem("An onbuild block cannot stand in another.")
		return
	}
	inner := renderer{options: r.options, step: r.step, stages: r.stages, shell: r.shell, defaults: r.defaults, nested: true}
	inner.render(o.Steps[0])
	r.problems = append(r.problems, inner.problems...)
	r.file.Needs = append(r.file.Needs, inner.file.Needs...)
	if len(inner.file.Secrets) > 0 {
		r.problem("A secret cannot be mounted in an onbuild block: it is not there when another build runs the instruction.")
	}
	r.line("ONBUILD", strings.TrimSuffix(inner.text.String(), "\n"))
}
