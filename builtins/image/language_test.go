package image

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/resolve"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/decode"
	"github.com/deployrecipe/recipe/lang/schema"
	"github.com/deployrecipe/recipe/lang/syntax"
	"github.com/hashicorp/hcl/v2"
)

// vault is the secret kind, as far as images need it.
type vault struct{ kind.Kind }

func (vault) Schema() *schema.Block {
	return &schema.Block{Name: "secret", Label: "name", Doc: "A secret.", Resource: true, Args: []schema.Arg{
		{Name: "env", Type: schema.Str(), Doc: "The variable."},
	}}
}

func (vault) Validate(*state.Resource, *state.Desired) hcl.Diagnostics { return nil }

// evaluate gives what a recipe's text wants.
func evaluate(t *testing.T, name, text string) (*state.Desired, hcl.Diagnostics) {
	t.Helper()
	kinds := map[string]kind.Kind{"image": new(Kind), "secret": vault{}}
	files, diags := syntax.Load(fstest.MapFS{name: {Data: []byte(text)}}, ".")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	top := append(resolve.Blocks(), *kinds["image"].Schema(), *kinds["secret"].Schema())
	module, diags := decode.Decode(files, top)
	if diags.HasErrors() {
		return nil, diags
	}
	return resolve.Resolve(module, resolve.Inputs{
		Dir: t.TempDir(), Kinds: kinds,
		Secrets: func(resolve.SecretSource) (string, error) { return "hush-hush", nil },
	})
}

const language = `
recipe { name = "shop" }
locals { tag = "3fa9c2e" }
secret "token" { env = "TOKEN" }

image "web" {
  context = "./app"
  tags    = ["shop/web:${local.tag}"]
  args    = { GO_VERSION = "1.26" }

  from {
    image = "golang:1.26"
    as    = "build"
  }
  workdir { path = "/src" }
  copy {
    from = ["go.mod", "go.sum"]
    to   = "./"
  }
  run {
    shell = "go build -o /out/web ./cmd/web $${X}"
    mount "cache" { target = "/root/.cache/go-build" }
    mount "cache" { target = "/go/pkg/mod" }
    mount "secret" {
      secret = secret.token
      target = "/run/token"
    }
  }
  run {
    shell = <<-EOT
      cd /src
      make
    EOT
  }

  from { image = "scratch" }
  copy {
    stage = "build"
    from  = ["/out/web"]
    to    = "/web"
  }
  env        { vars = { PORT = "8080" } }
  expose     { ports = [8080, "53/udp"] }
  onbuild {
    env { vars = { A = "1" } }
  }
  healthcheck {
    exec     = ["/web", "health"]
    interval = "60s"
  }
  entrypoint { exec = ["/web"] }
  cmd        { exec = ["serve"] }
}
image "child" {
  from { image = image.web }
  user { name = "1000" }
}
image "db"  { pull = "postgres:16" }
image "old" { dockerfile = "Dockerfile" }
`

func TestLanguage(t *testing.T) {
	desired, diags := evaluate(t, "recipe.hcl", language)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var web *state.Resource
	for _, r := range desired.Resources {
		if r.Addr.Kind != "image" {
			continue
		}
		if diags := new(Kind).Validate(r, desired); diags.HasErrors() {
			t.Error(r.Addr, diags)
		}
		if r.Addr.Name == "web" {
			web = r
		}
	}
	s, err := parseSpec(web.Spec)
	must(t, err)
	file, err := s.file(nil, nil, nil)
	must(t, err)
	const want = `FROM golang:1.26 AS build
ARG GO_VERSION
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/root/.cache/go-build --mount=type=cache,target=/go/pkg/mod --mount=type=secret,id=secret1,required=true,target=/run/token go build -o /out/web ./cmd/web ${X}
RUN ["/bin/sh","-ec","cd /src\nmake"]
FROM scratch
COPY --from=build /out/web /web
ENV PORT="8080"
EXPOSE 8080 53/udp
ONBUILD ENV A="1"
HEALTHCHECK --interval=1m0s CMD ["/web","health"]
ENTRYPOINT ["/web"]
CMD ["serve"]
`
	if file.Text != want {
		t.Errorf("got\n%s\nwant\n%s", file.Text, want)
	}
	if value, err := file.Secrets[0].Value.Reveal(func(path string) (string, error) { return web.Secrets[path], nil }); err != nil || value != "hush-hush" {
		t.Errorf("the secret is %q, %v", value, err)
	}
	if strings.Contains(string(web.Spec), "hush") {
		t.Error(string(web.Spec))
	}
	if line := rangeOf(web, stepPath(3)).Start.Line; line != 21 {
		t.Errorf("the run block's first argument is on line 21, got %d", line)
	}
}

func TestLanguageJSON(t *testing.T) {
	desired, diags := evaluate(t, "a.recipe.json", `{"recipe": {"name": "shop"}, "image": {"web": [[
		{"from": {"image": "busybox"}}, {"run": {"shell": "make", "mount": {"cache": {"target": "/c"}}}}, {"run": {"shell": "test"}}]]}}`)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	s, err := parseSpec(desired.Resources[0].Spec)
	must(t, err)
	file, err := s.file(nil, nil, nil)
	must(t, err)
	if want := "FROM busybox\nRUN --mount=type=cache,target=/c make\nRUN test\n"; file.Text != want {
		t.Errorf("got %s, want %s", file.Text, want)
	}
}

func TestSensitiveValuesAreRefused(t *testing.T) {
	for _, body := range []string{
		`args = { A = secret.s }`, `label { labels = { a = secret.s } }`, `env { vars = { A = "x${secret.s}" } }`, `tags = [secret.s]`,
	} {
		_, diags := evaluate(t, "recipe.hcl", "recipe { name = \"a\" }\nsecret \"s\" { env = \"S\" }\nimage \"i\" {\n from { image = \"scratch\" }\n "+body+"\n}\n")
		if !diags.HasErrors() || strings.Contains(diags.Error(), "hush") {
			t.Errorf("%s: %v", body, diags)
		}
	}
}

// TestNoSecretInAPlan looks for a secret's value in all that planning leaves.
func TestNoSecretInAPlan(t *testing.T) {
	desired, diags := evaluate(t, "recipe.hcl", `
recipe { name = "a" }
secret "s" { env = "S" }
image "i" {
  from { image = "busybox" }
  run {
    shell = "x"
    mount "secret" {
      secret = secret.s
      target = "/s"
    }
  }
}
`)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	s := newScenario(t, "a")
	desired.Recipe.Dir = s.dir
	s.desired = desired
	result, diags := s.plan(&shelf{remote: map[string]string{"busybox": digestOf("a")}})
	data, err := json.Marshal(result)
	if err != nil || diags.HasErrors() || len(result.Steps) != 1 {
		t.Fatal(err, diags)
	}
	if strings.Contains(string(data), "hush") {
		t.Errorf("%s", data)
	}
}
