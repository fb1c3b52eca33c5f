// Package image is the image block: what images are made of, when they are built again, and by which steps.
//
// An image is named for its content, RECIPE/NAME:DIGEST, where the digest is over everything that a build reads:
// files, instructions, arguments and base images. So whether it must be built is a look at the engine's list, made
// while planning and without a builder; a service's release follows from it; and going back to an earlier state finds
// the earlier image. Base images and pulled images are resolved once and kept while the recipe's text stays the same.
//
// Planning is in two parts. Refine computes the contents, which needs files, the engine and perhaps registries; the
// Kind then decides from them alone. Carrying out a plan is the Build, Pull, Tag and Remove operations.
package image

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/deployrecipe/recipe/builtins/image/dockerfile"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/distribution/reference"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Kind is the image block kind.
type Kind struct {
	// Ref gives the reference of an image by its address once Refine computed it; the attribute ref is unknown
	// before, and where Ref is nil.
	Ref func(addr.Addr) (ref string, ok bool)
}

var _ kind.Kind = (*Kind)(nil)

// Export computes ref and tags.
func (k *Kind) Export(self kind.Instance, name string) (cty.Value, hcl.Diagnostics) {
	if name == "ref" {
		if k.Ref != nil {
			if ref, ok := k.Ref(self.Addr()); ok {
				return cty.StringVal(ref), nil
			}
		}
		return cty.UnknownVal(cty.String), nil
	}
	data, ok, diags := self.Spec("tags")
	if !ok {
		return cty.UnknownVal(cty.List(cty.String)), diags
	}
	s, err := parseSpec(data)
	if err != nil || len(s.Tags) == 0 {
		return cty.ListValEmpty(cty.String), diags
	}
	var tags []cty.Value
	for _, tag := range s.Tags {
		tags = append(tags, cty.StringVal(tag))
	}
	return cty.ListVal(tags), diags
}

// Validate finds what is wrong with an image block that its arguments' types do not tell.
func (k *Kind) Validate(r *state.Resource, d *state.Desired) hcl.Diagnostics {
	s, err := parseSpec(r.Spec)
	if err != nil {
		return hcl.Diagnostics{diag.FromError(diag.InvalidValue, err, &r.Range)}
	}
	v := validation{r: r}
	v.source(s)
	v.arguments(s, d)
	if len(s.Steps) > 0 {
		v.steps(s)
	}
	return v.diags
}

var digestTag = regexp.MustCompile(`^[0-9a-f]{12}$`)

type validation struct {
	r     *state.Resource
	diags hcl.Diagnostics
}

func (v *validation) errorf(code diag.Code, path, summary, format string, args ...any) {
	rng := rangeOf(v.r, path)
	v.diags = append(v.diags, diag.Errorf(code, &rng, summary, format, args...))
}

// source checks that the image comes from one place, and that nothing is said that would be ignored.
func (v *validation) source(s spec) {
	switch {
	case len(s.Steps) == 0 && s.Dockerfile == "" && s.Pull == "":
		v.errorf(diag.MissingArgument, "", "Image of nothing", "%s says nothing of what the image is made of. Write instruction blocks, beginning with from; or set dockerfile, or pull.", v.r.Addr)
	case s.Dockerfile != "" && s.Pull != "":
		v.errorf(diag.InvalidValue, "pull", "Two sources for an image", "%s sets both dockerfile and pull. Keep one of them.", v.r.Addr)
	case len(s.Steps) > 0 && s.Dockerfile != "":
		v.errorf(diag.InvalidValue, "dockerfile", "Two sources for an image", "%s has instruction blocks and sets dockerfile. Keep one of them.", v.r.Addr)
	case len(s.Steps) > 0 && s.Pull != "":
		v.errorf(diag.InvalidValue, "pull", "Two sources for an image", "%s has instruction blocks and sets pull. Keep one of them; to start from an image, write from { image = %q }.", v.r.Addr, s.Pull)
	}
	if s.Pull == "" {
		return
	}
	if _, err := reference.ParseDockerRef(s.Pull); err != nil {
		v.errorf(diag.InvalidValue, "pull", "Invalid image reference", "%q is not an image reference (%v). Write one like \"postgres:16\".", s.Pull, err)
	}
	for path, set := range map[string]bool{"args": len(s.Args) > 0, "target": s.Target != "", "context": s.Context != "."} {
		if set {
			v.errorf(diag.InvalidValue, path, "Argument without effect", "%s is pulled, so %s has no effect. Remove it.", v.r.Addr, path)
		}
	}
}

func (v *validation) arguments(s spec, d *state.Desired) {
	for _, tag := range s.Tags {
		named, err := reference.ParseNormalizedNamed(tag)
		if err == nil {
			if _, digested := named.(reference.Digested); digested {
				err = errors.New("it names a digest")
			}
		}
		if err != nil {
			v.errorf(diag.InvalidValue, "tags", "Invalid tag", "%q cannot name an image (%v). Write NAME:TAG in lower-case letters, like \"shop/web:dev\".", tag, err)
			continue
		}
		tagged, ok := named.(reference.Tagged)
		if ok && digestTag.MatchString(tagged.Tag()) && reference.FamiliarName(named) == repository(d.Recipe, v.r.Addr) {
			v.errorf(diag.NameConflict, "tags", "Tag is taken", "Under names like %q, with twelve hexadecimal digits, %s keeps its builds. Use another tag.", tag, v.r.Addr)
		}
	}
	for name := range s.Args {
		if !dockerfile.ValidName(name) {
			v.errorf(diag.InvalidName, "args."+name, "Invalid name", "%q cannot name a build argument. Use letters, digits and _, and begin with a letter.", name)
		}
	}
}

// steps renders the Dockerfile to see whether it can be.
func (v *validation) steps(s spec) {
	file, problems := dockerfile.Render(s.Steps, dockerfile.Options{
		Args:  s.argNames(),
		Image: func(string) (string, bool) { return "image", true },
	})
	for _, p := range problems {
		v.errorf(diag.InvalidValue, stepPath(p.Step), fmt.Sprintf("Invalid %s block", s.Steps[p.Step].Type), "%s", p.Text)
	}
	if s.Target != "" && !slices.Contains(file.Stages, s.Target) {
		v.errorf(diag.UnknownReference, "target", "Unknown stage", "No from block is named %q.%s", s.Target, suggest(s.Target, file.Stages))
	}
}

func suggest(word string, candidates []string) string {
	if s := diag.Suggest(word, candidates); s != "" {
		return fmt.Sprintf(" Did you mean %q?", s)
	}
	return " Name it with as = in its from block."
}
