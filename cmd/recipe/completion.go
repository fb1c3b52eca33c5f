package main

import (
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/lang/syntax"
)

// completePaths completes the directories and files that a command takes.
func completePaths(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"hcl", "json"}, cobra.ShellCompDirectiveFilterFileExt
}

// completePath completes the one directory or file that most commands take.
func completePath(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return completePaths(cmd, args, word)
}

// completeFile completes the one file that a command takes, whatever its name.
func completeFile(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveDefault
}

// completeVariables completes the names of the recipe's variables, each with what it is for.
func completeVariables(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	path := pathOf(args)
	if dir, err := cmd.Flags().GetString("chdir"); err == nil && dir != "" && !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	var names []string
	files, _ := syntax.Load(osFS{}, path) // what is wrong with it shows when the command runs
	for _, file := range files.Recipes {
		content, _, _ := file.HCL.Body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "variable", LabelNames: []string{"name"}}}})
		for _, b := range content.Blocks {
			names = append(names, cobra.CompletionWithDesc(b.Labels[0]+"=", describe(b.Body)))
		}
	}
	return names, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

// describe is the description of a variable, on one line.
func describe(body hcl.Body) string {
	content, _, _ := body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "description"}}})
	a := content.Attributes["description"]
	if a == nil {
		return ""
	}
	var text string
	if v, diags := a.Expr.Value(nil); !diags.HasErrors() && v.IsKnown() && !v.IsNull() && v.Type().FriendlyName() == "string" {
		text = v.AsString()
	}
	return strings.Join(strings.Fields(text), " ")
}
