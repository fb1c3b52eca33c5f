package addr_test

import (
	"encoding/json"
	"testing"

	"github.com/deployrecipe/recipe/eval/addr"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]addr.Addr{
		"service.web":                          {Kind: "service", Name: "web"},
		`service.web["blue"]`:                  {Kind: "service", Name: "web", Key: "blue"},
		`service.web["a.b[0] \"x"]`:            {Kind: "service", Name: "web", Key: `a.b[0] "x`},
		"use.cache":                            {Kind: "use", Name: "cache"},
		"use.cache.service.main":               {Module: "use.cache", Kind: "service", Name: "main"},
		`use.a["x].y"].use.b.service.web["z"]`: {Module: `use.a["x].y"].use.b`, Kind: "service", Name: "web", Key: "z"},
	} {
		got, err := addr.Parse(text)
		if err != nil || got != want {
			t.Errorf("%s is %+v, %v; want %+v", text, got, err, want)
		}
		if got.String() != text {
			t.Errorf("%s is written as %s", text, got)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"", "service", "service.", ".web", "service.web.port", "service.web ", `service.web[""]`,
		`service.web["a"`, `service.web[a]`, `service.web["a"]]`, `service.["a"]`, `service."web"`, "service.web]",
		`service.a.b["c"]`, `service.a b["c"]`, "use.a.", "use.a.b", `use.a["b"]c.d`, "service.a.use.b", "service.web['a']", "service.web[`a`]"} {
		if got, err := addr.Parse(text); err == nil {
			t.Errorf("%q is read as %+v", text, got)
		}
	}
}

func TestJSON(t *testing.T) {
	want := map[addr.Addr]addr.Addr{addr.New("a", "b"): {}, {Kind: "a", Name: "b", Key: "c"}: addr.New("d", "e")}
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got map[addr.Addr]addr.Addr
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	for key, value := range want {
		if got[key] != value || len(got) != len(want) {
			t.Errorf("%s reads back as %v", data, got)
		}
	}
}

func TestShort(t *testing.T) {
	for short, a := range map[string]addr.Addr{
		"web":                 addr.New("service", "web"),
		"web-blue":            {Kind: "service", Name: "web", Key: "blue"},
		"web-example-com":     {Kind: "service", Name: "web", Key: "example.com"},
		"cache-eu-store-main": {Module: `use.cache["eu"].use.store`, Kind: "service", Name: "main"},
	} {
		if a.Short() != short {
			t.Errorf("%s is %s for short, want %s", a, a.Short(), short)
		}
	}
}

// Whatever Parse takes, String writes back such that it means the same.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"service.web", `service.web["blue"]`, `a.b["\u00e9\n"]`, `a.b["]"]`, `use.a["b"].c.d`, "a.b[\"\xff\"]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := addr.Parse(text)
		if err != nil {
			return
		}
		again, err := addr.Parse(a.String())
		if err != nil || again != a {
			t.Fatalf("%q is %+v, which is written as %s and read as %+v, %v", text, a, a, again, err)
		}
	})
}
