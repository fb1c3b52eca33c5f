package dockerfile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/deployrecipe/recipe/eval/state"
)

// command is what instructions run: words, or a text for the image's shell.
type command struct {
	Exec  []string `json:"exec"`
	Shell *string  `json:"shell"`
}

// write gives the command as an instruction takes it.
//
// A shell text of one line stands as it is, and the image's shell reads it. One of several lines cannot: lines of a
// Dockerfile end instructions, and joining them would change what they mean. It becomes an argument of the
// shell that the shell blocks of the stage set last, /bin/sh -ec without one, so that a line that fails ends it.
func (c command) write(r *renderer) (text string, ok bool) {
	switch {
	case c.Exec != nil && c.Shell != nil:
		r.problem("Set either exec or shell, not both.")
		return "", false
	case c.Exec != nil:
		return array(c.Exec), true
	case c.Shell == nil:
		r.problem("Set exec, the command's words, or shell, a text for the image's shell.")
		return "", false
	}
	script := strings.Trim(*c.Shell, "\n")
	if strings.TrimSpace(script) == "" {
		r.problem("The shell text is empty.")
		return "", false
	}
	if oneLine(script) {
		return script, true
	}
	words := slices.Clone(r.shell)
	if len(words) == 0 || r.defaults {
		words = []string{"/bin/sh", "-ec"}
	}
	return array(append(words, script)), true
}

// oneLine reports whether a shell text survives in a Dockerfile as it is. Besides line breaks, frontends give a
// meaning to a first [ or -, to << and to a last \, and trim white space.
func oneLine(script string) bool {
	return printable(script) && strings.TrimSpace(script) == script && !strings.Contains(script, "<<") &&
		!strings.HasPrefix(script, "[") && !strings.HasPrefix(script, "-") && !strings.HasSuffix(script, `\`)
}

type entrypoint struct{ command }

func (e *entrypoint) render(r *renderer) {
	if text, ok := e.write(r); ok {
		r.line("ENTRYPOINT", text)
	}
}

type cmd struct{ command }

func (c *cmd) render(r *renderer) {
	if text, ok := c.write(r); ok {
		r.line("CMD", text)
	}
}

type setShell struct {
	Exec []string `json:"exec"`
}

func (s *setShell) render(r *renderer) {
	if len(s.Exec) == 0 {
		r.problem("A shell block needs the words of the shell, like [\"/bin/bash\", \"-c\"].")
		return
	}
	r.shell, r.defaults = s.Exec, false
	if r.stage != "" {
		r.stages[r.stage] = s.Exec
	}
	r.line("SHELL", array(s.Exec))
}

type run struct {
	command
	Network  string  `json:"network"`
	Security string  `json:"security"`
	Mounts   []mount `json:"mount"`
}

func (x *run) render(r *renderer) {
	text, ok := x.write(r)
	if x.Exec != nil && len(x.Exec) == 0 {
		r.problem("The command has no words.")
	}
	words := []string{"RUN"}
	for _, m := range x.Mounts {
		words = append(words, m.flag(r))
	}
	if x.Network != "" && x.Network != "default" {
		r.need("23.0", "network of a run block")
		words = append(words, "--network="+x.Network)
		if x.Network == "host" {
			r.entitle("network.host")
		}
	}
	if x.Security != "" && x.Security != "sandbox" {
		r.need("29.1", "security of a run block")
		words = append(words, "--security="+x.Security)
		r.entitle("security." + x.Security)
	}
	if ok {
		r.line(append(words, text)...)
	}
}

type healthcheck struct {
	command
	None          bool            `json:"none"`
	Interval      *state.Duration `json:"interval"`
	Timeout       *state.Duration `json:"timeout"`
	StartPeriod   *state.Duration `json:"start_period"`
	StartInterval *state.Duration `json:"start_interval"`
	Retries       int             `json:"retries"`
}

func (h *healthcheck) render(r *renderer) {
	if h.None {
		if h.Exec != nil || h.Shell != nil {
			r.problem("A healthcheck block with none = true has no command.")
		}
		r.line("HEALTHCHECK", "NONE")
		return
	}
	text, ok := h.write(r)
	words := []string{"HEALTHCHECK"}
	flag := func(name string, d *state.Duration) {
		if d != nil {
			words = append(words, "--"+name+"="+d.String())
		}
	}
	flag("interval", h.Interval)
	flag("timeout", h.Timeout)
	flag("start-period", h.StartPeriod)
	flag("start-interval", h.StartInterval)
	if h.StartInterval != nil {
		r.need("25.0", "start_interval of a healthcheck block")
	}
	if h.Retries > 0 {
		words = append(words, "--retries="+strconv.Itoa(h.Retries))
	}
	if ok {
		r.line(append(words, "CMD", text)...)
	}
}
