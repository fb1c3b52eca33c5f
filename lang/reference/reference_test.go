package reference_test

import (
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/lang/reference"
	"github.com/deployrecipe/recipe/lang/schema"
)

func TestType(t *testing.T) {
	object := schema.Obj(schema.Arg{Name: "a", Type: schema.Str()})
	for want, ty := range map[string]schema.Type{
		"text":                             schema.Str(),
		`"http" or "tcp"`:                  schema.OneOf("http", "tcp"),
		"true or false":                    schema.Boolean(),
		"whole number":                     schema.Whole(0, 0),
		"whole number from 1 to 65535":     schema.Whole(1, 65535),
		"whole number, -1 or more":         schema.Whole(-1, 1<<53),
		`duration, as "1m30s"`:             schema.Dur(),
		`size, as "256MiB", or bytes`:      schema.Bytes(),
		"image block or text":              schema.EitherOf(schema.RefTo("image"), schema.Str()),
		"block":                            schema.RefTo(),
		"named port of a service":          schema.PortOf("service"),
		"list of texts":                    schema.ListOf(schema.Str()),
		"list of service blocks":           schema.ListOf(schema.RefTo("service")),
		"map of whole numbers from 1 to 9": schema.MapOf(schema.Whole(1, 9)),
		"map of texts or objects":          schema.MapOf(schema.EitherOf(schema.Str(), object)),
		"any value":                        schema.AnyValue(),
	} {
		if got := reference.Type(ty); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// blocks are a language of one resource, with all that a page has to tell.
func blocks() []schema.Block {
	return []schema.Block{{
		Name: "app", Label: "name", Doc: "An app | a thing.", Resource: true,
		Args: []schema.Arg{
			{Name: "size", Doc: "How large.", Type: schema.Bytes(), Default: `"1MiB"`, Change: schema.InPlace},
			{Name: "old", Doc: "The old word.", Growth: schema.Growth{Since: "0.1", RenamedTo: "size", Deprecated: "Write size."}},
			{Name: "log", Doc: "Logs.", Type: schema.Obj(schema.Arg{Name: "driver", Doc: "The driver.", Required: true})},
		},
		Blocks:  []schema.Block{{Name: "stop", Max: 1, Doc: "How it ends. More.", Later: "ending"}},
		Exports: []schema.Export{{Name: "ref", Doc: "Its reference."}},
	}}
}

func TestMarkdown(t *testing.T) {
	var b strings.Builder
	functions := []reference.Function{{Family: "Texts", Signature: "upper(text)", Type: "string", Doc: "Makes letters large.",
		Examples: []reference.Example{{Call: `upper("a|b")`, Result: `"A|B"`}}}}
	if err := reference.Markdown(&b, blocks(), functions); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"<a id=\"app\"></a>\n## app\n\n`app \"NAME\" { ... }`\n\nAn app \\| a thing.\n",
		"| `size` | size, as \"256MiB\", or bytes | `\"1MiB\"` | in place | How large. |\n",
		"| made anew | The old word. Since 0.1. Renamed to size. Deprecated: Write size. |\n",
		"| `log.driver` | text | required |  | The driver. |\n",
		"### app.stop\n\n`stop { ... }`\n\nHow it ends. More. At most one. Not built yet: using it is an error that says so.\n",
		"| `ref` | Its reference. |\n",
		"| `depends_on` | list of blocks |",
		"### Texts\n",
		"| `upper(text)` | string | Makes letters large. | `upper(\"a\\|b\")` is `\"A\\|B\"` |\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks\n%s\nin\n%s", want, b.String())
		}
	}
}

func TestFind(t *testing.T) {
	for path, want := range map[string]string{
		"app": "app", "app.size": "app size", "app.log": "app log", "app.log.driver": "app log.driver", "app.stop": "stop",
		"app.depends_on": "app depends_on", "app.dynamic": "dynamic", "app.none": "in app", "app.log.none": "in app", "none": "nothing", "none.size": "nothing",
	} {
		block, row, ok := reference.Find(blocks(), strings.Split(path, "."))
		got := "nothing"
		switch {
		case row != nil:
			got = block.Name + " " + row.Name
		case ok:
			got = block.Name
		case block != nil:
			got = "in " + block.Name
		}
		if got != want {
			t.Errorf("%s leads to %q, want %q", path, got, want)
		}
	}
}

func TestTerminal(t *testing.T) {
	var b strings.Builder
	block, _, _ := reference.Find(blocks(), []string{"app"})
	if err := reference.Block(&b, block, "app", 40); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"app \"NAME\" { ... }\n", "  size  (size, as \"256MiB\", or bytes; \"1MiB\" without it)\n      How large.\n",
		"  log.driver  (text, required)\n", "\"recipe help app.NAME\"", "  stop { ... }\n      How it ends.\n", "  ref\n      Its reference.\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
	for line := range strings.Lines(b.String()) {
		if len(strings.TrimSpace(line)) > 60 {
			t.Errorf("%q is too long for 40 columns", line)
		}
	}
}
