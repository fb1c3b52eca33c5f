package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/builtins/engine/docker"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
)

// targetOptions say which engine a command is about.
type targetOptions struct{ host, context string }

func (o *targetOptions) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.host, "host", "", "the engine's `ADDRESS`: unix://, tcp:// or ssh://")
	cmd.Flags().StringVar(&o.context, "context", "", "the docker context, by `NAME`, whose engine to use")
}

// openEngine opens the engine for a recipe, for asking alone: whoever may change it says so by making a docker.Engine
// of the reader. A recipe that names its engine is for that one: it is opened where nothing says otherwise, and
// nothing else may be.
func (a *app) openEngine(ctx context.Context, o targetOptions, head state.Recipe) (*docker.Reader, error) {
	if o.host != "" && o.context != "" {
		return nil, failf("Two engines", "--host and --context both name the engine. Give one of them.")
	}
	options := docker.Options{Host: o.host, Context: o.context}
	host, _ := a.env("DOCKER_HOST")
	named, _ := a.env("DOCKER_CONTEXT")
	if head.Engine != "" && o == (targetOptions{}) && host == "" && named == "" {
		options.Host = head.Engine
	}
	reader, err := docker.OpenReader(ctx, options)
	if err != nil {
		return nil, err
	}
	if head.Engine == "" || head.Engine == reader.Host() {
		return reader, nil
	}
	defer reader.Close()
	return nil, fail(diag.Errorf("", &head.Range, "Another engine",
		"The recipe is for the engine at %s, and this is the one at %s (from %s). Leave out what names it, or change \"engine\" in the recipe.",
		head.Engine, reader.Host(), reader.From()))
}
