package starter

import (
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty"
)

// compose takes hints from a compose file: the port of what is built, and which images stand beside it. A file that
// cannot be read gives none.
func (a *App) compose(fsys fs.FS) {
	for _, name := range []string{"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"} {
		if !exists(fsys, name) {
			continue
		}
		a.Compose = name
		text := []byte(read(fsys, name))
		ty, err := yaml.ImpliedType(text)
		if err != nil {
			return
		}
		file, err := yaml.Unmarshal(text, ty)
		if err != nil {
			return
		}
		for name, service := range parts(attribute(file, "services")) {
			a.service(name, service)
		}
		slices.SortFunc(a.Beside, func(x, y Service) int { return strings.Compare(x.Name, y.Name) })
		return
	}
}

func (a *App) service(name string, service cty.Value) {
	if image := attribute(service, "image"); attribute(service, "build") == cty.NilVal && image != cty.NilVal && image.Type() == cty.String && !image.IsNull() {
		a.Beside = append(a.Beside, Service{name, image.AsString()})
		return
	}
	for _, port := range parts(attribute(service, "ports")) {
		if a.Port != 0 || port.Type() != cty.String || port.IsNull() {
			continue
		}
		words := strings.Split(strings.TrimSuffix(port.AsString(), "/tcp"), ":") // [[ADDRESS:]HOST:]CONTAINER
		if n, err := strconv.Atoi(words[len(words)-1]); err == nil && 0 < n && n < 1<<16 {
			a.Port = n
		}
	}
}

// attribute is a part of a mapping, NilVal where there is none.
func attribute(v cty.Value, name string) cty.Value {
	if v == cty.NilVal || v.IsNull() || !v.Type().IsObjectType() || !v.Type().HasAttribute(name) {
		return cty.NilVal
	}
	return v.GetAttr(name)
}

// parts are those of a mapping or a list, by name or number.
func parts(v cty.Value) map[string]cty.Value {
	switch {
	case v == cty.NilVal || v.IsNull():
		return nil
	case v.Type().IsObjectType():
		return v.AsValueMap()
	case v.Type().IsTupleType():
		out := map[string]cty.Value{}
		for i, el := range v.AsValueSlice() {
			out[strconv.Itoa(i)] = el
		}
		return out
	}
	return nil
}
