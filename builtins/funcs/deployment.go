package funcs

import (
	"context"
	"fmt"
	"io/fs"
	"time"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/deployrecipe/recipe/builtins/git"
	"github.com/deployrecipe/recipe/builtins/image/buildcontext"
)

func deployment(in Inputs) []Func {
	return []Func{
		{Name: "contextdigest", Doc: "Gives a digest of the files that a build of a directory may copy, in hexadecimal: it changes when their contents, names or permissions do. What .dockerignore names is left out, and so are .git and the recipe's own files.",
			Params:   []string{"path: the directory, from the recipe's one"},
			Examples: []Example{{`length(contextdigest("conf"))`, `32`}},
			Func:     mapped(in.contextDigest)},
		{Name: "env", Doc: "Reads an environment variable of whoever runs the tool.",
			Params:   []string{"name: the variable's name", "default: what to give where it is not set; without it that is an error"},
			Once:     true,
			Examples: []Example{{`env("NOT_SET", "a")`, `"a"`}},
			Func:     env(in)},
		{Name: "gitrevision", Doc: "Gives the commit of the git repository that the recipe's directory is in, in hexadecimal. Changes that are not committed do not show.",
			Examples: []Example{{`substr(gitrevision(), 0, 7)`, `"0123456"`}},
			Func:     gitRevision(in)},
	}
}

func (in Inputs) contextDigest(name string) (string, error) {
	c, err := in.scan(name)
	if err != nil {
		return "", err
	}
	return c.Digest(), nil
}

// contextFiles is resolve.ContextFiles.
func (in Inputs) contextFiles() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Map(cty.String)),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			c, err := in.scan(args[0].AsString())
			if err != nil || len(c.Manifest) == 0 {
				return cty.MapValEmpty(cty.String), err
			}
			files := make(map[string]cty.Value, len(c.Manifest))
			for name, digest := range c.Manifest {
				files[name] = cty.StringVal(digest)
			}
			return cty.MapVal(files), nil
		},
	})
}

func (in Inputs) scan(name string) (c buildcontext.Context, err error) {
	dir, inner, err := in.find(name)
	if err != nil {
		return c, err
	}
	info, err := fs.Stat(dir, inner)
	switch {
	case err != nil:
		return c, unreadable(name, err)
	case !info.IsDir():
		return c, fmt.Errorf("%q is not a directory", name)
	case in.Dir == "":
		return c, fmt.Errorf("a library that is built in has no directories to digest")
	}
	full, err := in.expand(name)
	if err != nil {
		return c, err
	}
	options := buildcontext.Options{CacheDir: buildcontext.DefaultCacheDir(), Now: time.Now()}
	return buildcontext.Scan(context.Background(), in.absolute(full), options)
}

func env(in Inputs) function.Function {
	return function.New(&function.Spec{
		Params:   []function.Parameter{{Name: "name", Type: cty.String}},
		VarParam: &function.Parameter{Name: "default", Type: cty.String, AllowNull: true},
		Type:     function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			name := args[0].AsString()
			if in.Env != nil {
				if s, ok := in.Env(name); ok {
					return cty.StringVal(s), nil
				}
			}
			if len(args) == 2 {
				return args[1], nil
			}
			return cty.NilVal, function.NewArgErrorf(0, "the environment variable %s is not set; set it, or give a default as the second argument", name)
		},
	})
}

func gitRevision(in Inputs) function.Function {
	return function.New(&function.Spec{
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func([]cty.Value, cty.Type) (cty.Value, error) {
			revision, err := in.revision()
			return cty.StringVal(revision), err
		},
	})
}

func (in Inputs) revision() (string, error) {
	ask := func() (string, error) {
		repo, ok := git.Find(in.Dir)
		if in.Dir == "" || !ok {
			return "", fmt.Errorf("the recipe's directory %s is in no git repository; use try(gitrevision(), \"none\") where it need not be", in.Dir)
		}
		revision := repo.Revision()
		if revision == "" {
			return "", fmt.Errorf("the git repository %s has no commit yet; use try(gitrevision(), \"none\") where it need not have", repo.Top)
		}
		return revision, nil
	}
	if in.Revision == nil {
		return ask()
	}
	return in.Revision(in.Dir, ask)
}
