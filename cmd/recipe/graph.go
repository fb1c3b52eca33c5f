package main

import (
	"context"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/eval/draw"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/lang/diag"
)

func newGraph(a *app) *cobra.Command {
	o := planOptions{mode: kind.Apply}
	var format string
	var asPlan bool
	cmd := &cobra.Command{
		Use:   "graph [PATH]",
		Short: "Draw a recipe's blocks, or a plan's steps",
		Long: `Writes a graph of the recipe's blocks and local values, with an edge from each to
what it reads, each library in a frame of its own; or with --plan, of the steps
that an apply would take, with an edge from each to what it waits for. Nothing is
evaluated without --plan; with it, the engine is asked and nothing on it changes.

The form is DOT, which Graphviz draws; Mermaid, which code hosts draw in Markdown;
or with --json nodes and edges for programs. The order is always the same.

Exit codes: 0 done; 1 an error.`,
		Example: `  recipe graph | dot -Tsvg > recipe.svg
  recipe graph ./shop --format mermaid
  recipe graph --plan --json | jq '.nodes[].label'`,
		Args: onePath, ValidArgsFunction: completePath,
		RunE: func(cmd *cobra.Command, args []string) error {
			write, err := drawing(format, o.json)
			if err != nil {
				return err
			}
			var g draw.Graph
			if asPlan {
				g, err = a.planGraph(cmd.Context(), pathOf(args), o)
			} else {
				g, err = a.moduleGraph(pathOf(args), o.variables)
			}
			if err != nil {
				return err
			}
			return write(a.stdout, g)
		},
	}
	o.target.register(cmd)
	o.variables.register(cmd)
	cmd.Flags().BoolVar(&asPlan, "plan", false, "draw the steps of the plan")
	cmd.Flags().BoolVar(&o.json, "json", false, "write nodes and edges as JSON")
	cmd.Flags().StringVar(&format, "format", "dot", "the `FORM`: dot or mermaid")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"dot", "mermaid"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// drawing is what writes a graph in the form that was asked for.
func drawing(format string, asJSON bool) (func(io.Writer, draw.Graph) error, error) {
	switch {
	case asJSON:
		return draw.JSON, nil
	case format == "dot":
		return draw.DOT, nil
	case format == "mermaid":
		return draw.Mermaid, nil
	}
	return nil, failf("Unknown form", "There is no form %q. The forms are dot and mermaid, and --json for programs.%s",
		format, diag.DidYouMean(format, []string{"dot", "mermaid"}))
}

// moduleGraph is a recipe's, by the name of its directory: its own name may take values to know.
func (a *app) moduleGraph(path string, variables variableOptions) (draw.Graph, error) {
	m, diags := a.load(path, variables)
	if diags.HasErrors() {
		return draw.Graph{}, failure{diags}
	}
	a.show(diags)
	return draw.Module(filepath.Base(m.inputs.Dir), m.decoded), nil
}

func (a *app) planGraph(ctx context.Context, path string, o planOptions) (draw.Graph, error) {
	p, reader, err := a.openPlanner(ctx, path, o)
	if err != nil {
		return draw.Graph{}, err
	}
	defer reader.Close()
	made, err := p.make(ctx, reader)
	if err != nil {
		return draw.Graph{}, err
	}
	a.show(p.warnings)
	return draw.Plan(made.Plan), nil
}
