package image

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/state"
)

// The labels of built images beyond those that every object has.
const (
	LabelContent    = "recipe.content"    // digest over all that the image is made of
	LabelBases      = "recipe.bases"      // JSON, reference to digest, of the images that it was built from
	LabelDockerfile = "recipe.dockerfile" // the text that it was built from, for showing differences
)

// Objects are the built images of a recipe, one for each that still has its name RECIPE/NAME:DIGEST. Data of each is
// the engine.Image.
func Objects(r state.Recipe, images []engine.Image) []state.Object {
	var objects []state.Object
	for _, image := range images {
		object, ok := label.Read(image.Labels)
		content := image.Labels[LabelContent]
		if !ok || object.Addr.Kind != "image" || len(content) < 12 {
			continue
		}
		// Images built FROM it inherit the labels; only its own name ends in its own digest.
		for _, tag := range image.Tags {
			own := state.Recipe{Name: image.Labels[label.Recipe]}
			plain := repository(own, object.Addr)
			own.Moved = r.Moved
			if named := repository(own, r.Moved.Now(object.Addr)); tag != plain+":"+content[:12] && tag != named+":"+content[:12] {
				continue
			}
			object.Type, object.ID, object.Name, object.Data = "image", image.ID, tag, image
			objects = append(objects, object)
		}
	}
	return objects
}

// imageOf gives the engine's record of an image object.
func imageOf(object state.Object) (engine.Image, bool) {
	switch data := object.Data.(type) {
	case engine.Image:
		return data, object.Type == "image"
	case *engine.Image:
		return *data, object.Type == "image" && data != nil
	}
	return engine.Image{}, false
}

// containerOf gives the engine's record of a container object.
func containerOf(object state.Object) (engine.Container, bool) {
	switch data := object.Data.(type) {
	case engine.Container:
		return data, object.Type == "container"
	case *engine.Container:
		return *data, object.Type == "container" && data != nil
	}
	return engine.Container{}, false
}

// users are the containers, running or not, that are made from an image.
func users(o *state.Observed, image state.Object) []state.Object {
	var list []state.Object
	for _, object := range o.Objects {
		if c, ok := containerOf(object); ok && (c.ImageID == image.ID || c.Image == image.Name) {
			list = append(list, object)
		}
	}
	return list
}

// labels are those of the image that a content is built into. They say nothing of when and by which plan: equal
// contents are equal images.
func (c Content) labels(r state.Recipe, spec json.RawMessage) map[string]string {
	labels := label.For(r, c.Addr, spec)
	bases := map[string]string{}
	for ref, base := range c.Bases {
		bases[ref] = base.Digest
	}
	text, err := json.Marshal(bases)
	if err != nil {
		text = []byte("{}") // a map of strings always encodes
	}
	labels[LabelContent] = c.Digest
	labels[LabelBases] = string(text)
	const most = 32 << 10
	if len(c.File.Text) <= most {
		labels[LabelDockerfile] = c.File.Text
	}
	return labels
}

// missingTags are the further names that the image is still to get.
func (c Content) missingTags(tags []string) []string {
	var missing []string
	for _, tag := range tags {
		if !slices.ContainsFunc(c.tagged, func(has string) bool { return plainRef(has) == plainRef(tag) }) {
			missing = append(missing, tag)
		}
	}
	return missing
}

// quoteList lists names for a sentence: a, b and 3 more.
func quoteList(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + " and " + plural(len(names)-most, "more", "more")
}
