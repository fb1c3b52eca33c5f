package dockerfile

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/deployrecipe/recipe/eval/state"
)

// mount is something that a run instruction sees while it runs, and that leaves nothing in the image.
type mount struct {
	Type     string      `json:"label"`
	Target   string      `json:"target"`
	Source   string      `json:"source"`
	Stage    string      `json:"stage"`
	Image    base        `json:"image"`
	ID       string      `json:"id"`
	Sharing  string      `json:"sharing"`
	Mode     string      `json:"mode"`
	UID      *int64      `json:"uid"`
	GID      *int64      `json:"gid"`
	Size     *int64      `json:"size"`
	Env      string      `json:"env"`
	Secret   *state.Text `json:"secret"`
	Required *bool       `json:"required"`
	ReadOnly *bool       `json:"read_only"`
}

// takes lists the options of each type of mount.
func takes() map[string]string {
	return map[string]string{
		"bind":   "target source stage image read_only",
		"cache":  "target source stage image id sharing mode uid gid read_only",
		"tmpfs":  "target size",
		"secret": "target secret env required mode uid gid",
		"ssh":    "target id required mode uid gid",
	}
}

// flag writes the mount as a flag of RUN.
func (m mount) flag(r *renderer) string {
	allowed, ok := takes()[m.Type]
	if !ok {
		r.problem("There is no mount %q. The types are bind, cache, secret, ssh and tmpfs.", m.Type)
		return ""
	}
	o := &mountOptions{r: r, typ: m.Type, allowed: strings.Fields(allowed), words: []string{"type=" + m.Type}}
	if m.Target == "" && m.Type != "ssh" && m.Type != "secret" {
		r.problem("A mount %q needs a target, the path at which the command sees it.", m.Type)
	}
	m.from(o)
	m.secret(o)
	o.text("id", "id", m.ID)
	o.text("source", "source", m.Source)
	o.text("target", "target", m.Target)
	o.text("env", "env", m.Env)
	o.text("sharing", "sharing", m.Sharing)
	o.text("mode", "mode", m.Mode)
	o.number("uid", m.UID)
	o.number("gid", m.GID)
	o.number("size", m.Size)
	o.flag("required", "required", m.Required)
	o.flag("read_only", "ro", m.ReadOnly)
	switch {
	case m.Env != "":
		r.need("28.0", "env of a mount \"secret\"")
	case m.Size != nil:
		r.need("23.0", "size of a mount \"tmpfs\"")
	}
	if m.Type == "ssh" {
		id := cmp.Or(m.ID, "default")
		if !slices.Contains(r.file.SSH, id) {
			r.file.SSH = append(r.file.SSH, id)
		}
	}
	return "--mount=" + strings.Join(o.words, ",")
}

// from writes where the files of a bind or cache mount come from.
func (m mount) from(o *mountOptions) {
	o.text("stage", "from", m.Stage)
	if m.Stage != "" {
		o.r.earlier(m.Stage)
	}
	switch {
	case !m.Image.isZero() && m.Stage != "":
		o.r.problem("A mount takes either a stage or an image.")
	case !m.Image.isZero():
		o.text("image", "from", o.r.image(m.Image))
	case m.Stage == "" && m.Type == "bind":
		o.r.source(cmp.Or(m.Source, "."))
	}
}

// secret gives the secret a name of its own in this build: its value never comes near the text.
func (m mount) secret(o *mountOptions) {
	if m.Type != "secret" {
		if m.Secret != nil {
			o.text("secret", "", "x")
		}
		return
	}
	if m.Secret == nil || m.Secret.Secret == "" {
		o.r.problem("A mount \"secret\" needs secret, a sensitive value: secret = secret.NAME.")
		return
	}
	if m.Target == "" && m.Env == "" {
		o.r.problem("A mount \"secret\" needs a target, the path of the file that holds the value, or env, the variable.")
	}
	id := fmt.Sprintf("secret%d", len(o.r.file.Secrets)+1)
	o.r.file.Secrets = append(o.r.file.Secrets, Secret{ID: id, Value: *m.Secret})
	o.words = append(o.words, "id="+id)
	if m.Required == nil {
		o.words = append(o.words, "required=true")
	}
}

// mountOptions gathers the options of one mount.
type mountOptions struct {
	r       *renderer
	typ     string
	allowed []string
	words   []string
}

func (o *mountOptions) text(name, option, value string) {
	if value == "" {
		return
	}
	if !slices.Contains(o.allowed, name) {
		o.r.problem("A mount %q takes no %s.", o.typ, name)
		return
	}
	if !bare(value) || strings.ContainsAny(value, ",") {
		o.r.problem("The %s of a mount is %q; only letters, digits and the characters . _ - / : @ + = ~ can stand there.", name, value)
	}
	o.words = append(o.words, option+"="+value)
}

func (o *mountOptions) number(name string, value *int64) {
	if value != nil {
		o.text(name, name, strconv.FormatInt(*value, 10))
	}
}

func (o *mountOptions) flag(name, option string, value *bool) {
	if value != nil {
		o.text(name, option, strconv.FormatBool(*value))
	}
}
