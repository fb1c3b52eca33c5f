package haproxy

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// TestMergeEqualsRender moves edges into one another, a recipe at a time.
func TestMergeEqualsRender(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	config := Config{Options: Options{IPv6: true}.filled()}
	files, err := config.Render()
	if err != nil {
		t.Fatal(err)
	}
	for range 200 {
		goal := random(r)
		for _, recipe := range []string{"r0", "r1", "r2"} {
			site := goal.Site(recipe)
			if site.Empty() || r.IntN(4) == 0 {
				site = proxy.Site{Recipe: recipe}
			}
			files = config.merge(files, site)
			config = config.with(site)
		}
		want, err := config.Render()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, files); diff != "" {
			t.Fatalf("-rendered +merged:\n%s", diff)
		}
	}
}

// TestMergeLeavesOthers keeps what Render would refuse or change.
func TestMergeLeavesOthers(t *testing.T) {
	files, err := both().Render()
	if err != nil {
		t.Fatal(err)
	}
	odd := "shop.example.com/odd/ shop/none|shop.none"
	files["maps/port-8080.map"] = append(files["maps/port-8080.map"], odd+"\n"...)
	files[siteFile("shop")] = append(files[siteFile("shop")], "    # mine\n"...)
	config, err := Parse(files)
	if err != nil {
		t.Fatal(err)
	}
	merged := config.merge(files, proxy.Site{Recipe: "blog"})
	if string(merged[siteFile("shop")]) != string(files[siteFile("shop")]) {
		t.Error("another recipe's file changed")
	}
	want := header + "\n*/ shop/web|shop.web.http\nshop.example.com/ shop/web|shop.web.http\nshop.example.com/api/ shop/web|shop.api.http|600000|7200000|10485760\n" + odd + "\n"
	if diff := cmp.Diff(want, string(merged["maps/port-8080.map"])); diff != "" {
		t.Error(diff)
	}
}
