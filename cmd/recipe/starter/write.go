package starter

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/lang/syntax"
)

// Answers are what cannot be seen in a directory.
type Answers struct {
	Name string
	// Image is what to run, where there is nothing to build.
	Image string
	// Port is where the app listens in its container, Listen the port that clients connect to.
	Port, Listen int
	// Health is the path that answers 200 when the app is fit; empty for an app that is fit when it listens.
	Health string
}

//go:embed templates
var templates embed.FS

// Recipe writes the recipe, in canonical form. That it cannot be is a fault of the templates, and of nobody's app.
func Recipe(app App, answers Answers) ([]byte, error) {
	t, err := template.New("").Funcs(template.FuncMap{"quote": quote, "words": words, "command": command}).ParseFS(templates, "templates/*")
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	if err := t.ExecuteTemplate(&out, "recipe.tmpl", struct {
		App
		Answers
		Health string // the answer, rather than what was found
		Port   int
		Image  string
	}{app, answers, answers.Health, answers.Port, image(t, app, answers)}); err != nil {
		return nil, err
	}
	text, diags := syntax.Format([]byte(out.String()), "recipe.hcl")
	if diags.HasErrors() {
		return nil, fmt.Errorf("the template for %q is no recipe: %w", app.Language, diags)
	}
	return text, nil
}

// image is the body of the image block.
func image(t *template.Template, app App, answers Answers) string {
	switch {
	case app.Dockerfile != "" && app.Context != ".":
		return "context    = " + quote(app.Context) + "\ndockerfile = " + quote(app.Dockerfile)
	case app.Dockerfile != "":
		return "dockerfile = " + quote(app.Dockerfile)
	case app.Language == "":
		return "pull = " + quote(answers.Image)
	}
	var out strings.Builder
	_ = t.ExecuteTemplate(&out, app.Language+".tmpl", struct {
		Build any
		Port  int
	}{app.Build, answers.Port}) // what is wrong with it shows as a recipe that does not parse
	return strings.TrimSpace(out.String())
}

// quote writes a text as HCL does.
func quote(s string) string { return string(hclwrite.TokensForValue(cty.StringVal(s)).Bytes()) }

// command writes a command's words, with the port that the app is to listen on.
func command(list []string, port int) string {
	out := slices.Clone(list)
	for i, word := range out {
		out[i] = strings.ReplaceAll(word, portWord, strconv.Itoa(port))
	}
	return words(out)
}

func words(list []string) string {
	quoted := make([]string, len(list))
	for i, word := range list {
		quoted[i] = quote(word)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// Ignore writes a .dockerignore for an app whose image the recipe builds by its own blocks.
func Ignore(app App) []byte {
	lines := []string{"# What is no part of the image: secrets, and what a build or a run leaves behind.", ".env", ".env.*", "*.log", "Dockerfile*", "compose*.y*ml", "README*"}
	for _, l := range languages() {
		if l.name == app.Language {
			lines = slices.Concat(lines, l.ignore)
		}
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}
