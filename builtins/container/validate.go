package container

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/hashicorp/hcl/v2"
)

var (
	envName     = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)
	octalMode   = regexp.MustCompile(`^0?[0-7]{3,4}$`)
	restartText = regexp.MustCompile(`^(no|always|unless-stopped|on-failure(:[0-9]+)?)$`)
)

// Validate finds what is wrong with a container's arguments beyond their types.
func Validate(r *state.Resource) (*Spec, hcl.Diagnostics) {
	s, err := Parse(r.Spec)
	if err != nil {
		return nil, hcl.Diagnostics{diag.FromError(diag.Internal, err, &r.Range)}
	}
	v := &validator{r: r}
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		if !envName.MatchString(name) {
			v.fail("env."+name, "Not a variable's name", "%q cannot be the name of an environment variable; use letters, digits and _.", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Labels)) {
		if strings.HasPrefix(name, "recipe.") {
			v.fail("labels."+name, "A label's name is taken", "Labels that begin with \"recipe.\" are the tool's own record; give %q another name.", name)
		}
	}
	v.mounts(s)
	v.files(s)
	v.health(s)
	if s.Restart != "" && !restartText.MatchString(s.Restart) {
		v.fail("restart", "Not a restart policy", "%q is none of no, always, unless-stopped, on-failure and on-failure:N.", s.Restart)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Expose)) {
		if e := s.Expose[name]; e.Publish != "" {
			if _, err := ParsePublish(e.Publish, e.Port); err != nil {
				v.fail("expose."+name+".publish", "Not a port of the machine", "%s.", err)
			}
		}
	}
	return s, v.diags
}

type validator struct {
	r     *state.Resource
	diags hcl.Diagnostics
}

// fail reports at the argument at path, or at the block where no source of it is known.
func (v *validator) fail(at, summary, format string, args ...any) {
	v.diags = append(v.diags, diag.Errorf(diag.InvalidValue, v.r.At(at), summary, format, args...))
}

func (v *validator) mounts(s *Spec) {
	for _, target := range slices.Sorted(maps.Keys(s.Mount)) {
		m := s.Mount[target]
		if !path.IsAbs(target) {
			v.fail("mount."+target, "Not a path in the container", "A mount's label is an absolute path in the container, such as \"/data\"; got %q.", target)
		}
		if (m.Volume == nil) == (m.Source == "") {
			v.fail("mount."+target, "A mount has one source", "Mount %q needs either volume or source, not both and not neither.", target)
		}
	}
}

func (v *validator) files(s *Spec) {
	for _, target := range slices.Sorted(maps.Keys(s.File)) {
		if !path.IsAbs(target) || path.Clean(target) != target {
			v.fail("file."+target, "Not a path in the container", "A file's label is an absolute path in the container without dots, such as \"/etc/app.conf\"; got %q.", target)
		}
		if !octalMode.MatchString(s.File[target].Mode) {
			v.fail("file."+target+".mode", "Not a file mode", "%q is not an octal mode such as \"0444\".", s.File[target].Mode)
		}
		if s.ReadOnly && !mountedAt(s, target) {
			v.fail("file."+target, "The root is read-only", "Engines cannot put a file into a container whose root is read-only; mount a volume at %q, or leave read_only out.", path.Dir(target))
		}
	}
}

func mountedAt(s *Spec, target string) bool {
	for at, m := range s.Mount {
		if m.Volume != nil && !m.ReadOnly && strings.HasPrefix(target, strings.TrimSuffix(at, "/")+"/") {
			return true
		}
	}
	return false
}

func (v *validator) health(s *Spec) {
	h := s.Health
	if h == nil {
		return
	}
	n := 0
	for _, set := range []bool{h.HTTP != nil, h.TCP != nil, h.Exec != nil} {
		if set {
			n++
		}
	}
	if n != 1 {
		v.fail("health", "A health check asks one way", "Block health has %d of http, tcp and exec; write exactly one.", n)
	}
	if h.Exec != nil && len(h.Exec) == 0 {
		v.fail("health.exec", "A health check needs a command", "exec is empty; write the command's words, such as [\"pg_isready\"].")
	}
	check := func(at string, port PortName) {
		if _, ok := port.Number(s.Expose); !ok {
			v.fail(at, "No such port", "%q is neither the name of an expose block nor a port number.%s", port,
				diag.DidYouMean(string(port), slices.Sorted(maps.Keys(s.Expose))))
		}
	}
	if h.HTTP != nil {
		check("health.http.port", h.HTTP.Port)
		if path := h.HTTP.Path; path != "" && (path[0] != '/' || strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r > '~' })) {
			v.fail("health.http.path", "Not a path", "%q is no path that can be asked for: it has to begin with \"/\"; spaces and other characters are written as %%20 and the like.", path)
		}
	}
	if h.TCP != nil {
		check("health.tcp.port", h.TCP.Port)
	}
	if h.Interval <= 0 || h.Timeout <= 0 {
		v.fail("health", "A health check needs time", "interval and timeout must be longer than 0s.")
	}
}
