package schema

import (
	"slices"
	"testing"
)

func TestValidate(t *testing.T) {
	str := Str()
	tests := []struct {
		name string
		b    Block
		want []string
	}{
		{"sound", Block{Name: "a", Doc: "A.", Args: []Arg{{Name: "x_1", Doc: "X.", Type: ListOf(str)}}}, nil},
		{"no descriptions", Block{Name: "a", Args: []Arg{{Name: "x"}}, Blocks: []Block{{Name: "b"}}, Exports: []Export{{Name: "e"}}},
			[]string{"a: no description", "a.e: no description", "a.x: no description", "a.b: no description"}},
		{"keys too", Block{Name: "a", Doc: "A.", Args: []Arg{{Name: "x", Doc: "X.", Type: EitherOf(str, ListOf(Obj(Arg{Name: "k"})))}}},
			[]string{"a.x.k: no description"}},
		{"twice", Block{Name: "a", Doc: "A.", Args: []Arg{{Name: "x", Doc: "X."}, {Name: "x", Doc: "X."}}},
			[]string{"a.x: described twice"}},
		{"argument and block", Block{Name: "a", Doc: "A.", Args: []Arg{{Name: "x", Doc: "X."}}, Blocks: []Block{{Name: "x", Doc: "X."}}},
			[]string{"a.x: both an argument and a block"}},
		{"bounds", Block{Name: "a", Doc: "A.", Min: 3, Max: 2}, []string{"a: at least 3 and at most 2"}},
		{"name", Block{Name: "A-b", Doc: "A."}, []string{`A-b: "A-b" is no name of the language`}},
		{"default", Block{Name: "a", Doc: "A.", Args: []Arg{{Name: "x", Doc: "X.", Required: true, Default: "1"}}},
			[]string{"a.x: required, so its default is never used"}},
		{"growth", Block{Name: "a", Doc: "A.", Args: []Arg{
			{Name: "x", Doc: "X.", Growth: Growth{RenamedTo: "y", Deprecated: "Write y."}}, {Name: "y", Doc: "Y.", Growth: Growth{Since: "0.2"}},
			{Name: "z", Doc: "Z.", Growth: Growth{RenamedTo: "w", Since: "next"}},
		}}, []string{`a.z: renamed to "w", which does not stand beside it`, `a.z: since "next", which is no version`}},
		{"types", Block{Name: "a", Doc: "A.", Args: []Arg{
			{Name: "x", Doc: "X.", Type: Type{Shape: List}}, {Name: "y", Doc: "Y.", Type: Obj()}, {Name: "z", Doc: "Z.", Type: EitherOf(str)},
		}}, []string{
			"a.x: a collection without an element type", "a.y: an object without keys", "a.z: a choice of fewer than two types",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Validate([]Block{tt.b}); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestComplete(t *testing.T) {
	own := Arg{Name: "enabled", Doc: "Its own.", Type: Boolean()}
	b := Complete(Block{Name: "a", Doc: "A.", Resource: true, Args: []Arg{own}, Blocks: []Block{{Name: "b", Doc: "B."}}})
	if got, want := b.ArgNames(), []string{"enabled", "depends_on", "for_each"}; !slices.Equal(got, want) {
		t.Errorf("arguments %q, want %q", got, want)
	}
	if b.Arg("enabled").Doc != own.Doc {
		t.Error("the block's own description was replaced")
	}
	if got, want := b.BlockNames(), []string{"b", "precondition", "postcondition", "dynamic"}; !slices.Equal(got, want) {
		t.Errorf("blocks %q, want %q", got, want)
	}
	if got := Complete(b); len(got.Args) != len(b.Args) || len(got.Blocks) != len(b.Blocks) {
		t.Error("completing twice adds more")
	}
	if problems := Validate([]Block{b}); len(problems) > 0 {
		t.Error(problems)
	}
	if leaf := Complete(Block{Name: "b"}); len(leaf.Args)+len(leaf.Blocks) != 0 {
		t.Errorf("a block that is no resource and holds none got %v %v", leaf.ArgNames(), leaf.BlockNames())
	}
}
