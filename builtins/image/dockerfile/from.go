package dockerfile

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/distribution/reference"
)

// base is an image to start or copy from: a reference, or an image block of the recipe.
type base struct {
	Ref  string // as text
	Addr string // of a block
}

// UnmarshalJSON reads a string, or a reference to a block.
func (b *base) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte("{")) {
		var ref struct {
			Ref string `json:"ref"`
		}
		err := json.Unmarshal(data, &ref)
		b.Addr = ref.Ref
		return err
	}
	return json.Unmarshal(data, &b.Ref)
}

func (b base) isZero() bool { return b == base{} }

// image resolves a base to the reference that the Dockerfile names, and notes it as one.
func (r *renderer) image(b base) string {
	ref := b.Ref
	if b.Addr != "" {
		found, ok := "", false
		if r.options.Image != nil {
			found, ok = r.options.Image(b.Addr)
		}
		if !ok {
			r.problem("The content of %s is not known, so nothing can be built from it.", b.Addr)
			return ""
		}
		ref = found
		if r.file.Images == nil {
			r.file.Images = map[string]string{}
		}
		r.file.Images[ref] = b.Addr
	}
	if ref == "scratch" {
		return ref
	}
	if _, err := reference.ParseDockerRef(ref); err != nil {
		r.problem("%q is not an image reference (%v). Write one like \"golang:1.26\".", ref, err)
		return ref
	}
	if r.nested {
		return ref
	}
	if !slices.Contains(r.file.Bases, ref) {
		r.file.Bases = append(r.file.Bases, ref)
	}
	if r.options.Pin != nil && b.Addr == "" {
		return r.options.Pin(ref)
	}
	return ref
}

type from struct {
	Image    base   `json:"image"`
	As       string `json:"as"`
	Platform string `json:"platform"`
}

func (f *from) render(r *renderer) {
	if r.nested {
		r.problem("A from block cannot stand in an onbuild block.")
		return
	}
	words := []string{"FROM"}
	if f.Platform != "" {
		r.plain("The platform", f.Platform)
		words = append(words, "--platform="+f.Platform)
	}
	shell, stage := r.stages[f.Image.Ref]
	if stage {
		words = append(words, f.Image.Ref)
	} else {
		words = append(words, r.image(f.Image))
	}
	if f.As != "" {
		r.nameStage(f.As)
		words = append(words, "AS", f.As)
	}
	r.shell, r.defaults, r.stage = []string{"/bin/sh", "-c"}, true, f.As
	if len(shell) > 0 {
		r.shell, r.defaults = shell, false
	}
	r.line(words...)
	r.declare()
}

var stageName = regexp.MustCompile(`^[a-z][a-z0-9-_.]*$`)

func (r *renderer) nameStage(name string) {
	switch _, taken := r.stages[name]; {
	case !stageName.MatchString(name) || name == "scratch" || name == "context":
		r.problem("%q cannot name a stage. Use lower-case letters, digits, -, _ and . after a letter.", name)
	case taken:
		r.problem("There are two stages named %q. Give one of them another name.", name)
	}
	r.stages[name] = nil
	r.file.Stages = append(r.file.Stages, name)
}

// declare makes the build arguments known to a stage that runs something. Those that the stage declares itself
// are left to it, and the proxy settings are known without.
func (r *renderer) declare() {
	runs, own := false, map[string]bool{}
	for _, step := range r.rest {
		if step.Type == "from" {
			break
		}
		runs = runs || step.Type == "run"
		if step.Type == "arg" {
			var a arg
			_ = json.Unmarshal(step.Body, &a) // reported when it is rendered
			own[a.Name] = true
		}
	}
	if !runs {
		return
	}
	for _, name := range slices.Sorted(slices.Values(r.options.Args)) {
		if !own[name] && !predefined(name) {
			r.line("ARG", name)
		}
	}
}

// predefined are the arguments that every build knows and that are no part of what it caches.
func predefined(name string) bool {
	switch strings.ToLower(name) {
	case "http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy":
		return true
	}
	return false
}
