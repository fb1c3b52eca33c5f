package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/funcs"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/reference"
	"github.com/deployrecipe/recipe/lang/schema"
)

// newHelp is the help command, which knows the words of the language besides those of the command line.
func newHelp(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND | BLOCK[.NAME] | FUNCTION]",
		Short: "Explain a command, a block, an argument or a function",
		Long: `Explains a command of the program, or a word of the language: a block, a block or
an argument within it, or a function.`,
		Example: `  recipe help apply
  recipe help service
  recipe help service.health.http
  recipe help cidrhost`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Root().Help()
			}
			if found, rest, err := cmd.Root().Find(args); err == nil && len(rest) == 0 {
				return found.Help()
			}
			return a.explainWord(strings.Split(strings.Join(args, "."), "."))
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return helpWords(cmd.Root()), cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// explainWord writes what the reference says of a block, an argument or a function.
func (a *app) explainWord(path []string) error {
	columns := width(a.stdout)
	if columns <= 0 || columns > 100 {
		columns = 80
	}
	blocks := builtins.Described()
	block, row, ok := reference.Find(blocks, path)
	switch {
	case ok && row != nil:
		return reference.Arg(a.stdout, block, *row, columns)
	case ok:
		return reference.Block(a.stdout, block, strings.Join(path, "."), columns)
	case block != nil:
		word := path[len(path)-1]
		return failf("Unknown word", "%s has no argument or block %q.%s", block.Name, word, diag.DidYouMean(word, reference.Words(block)))
	}
	functions := funcs.All()
	if i := slices.IndexFunc(functions, func(d funcs.Doc) bool { return d.Name == path[0] }); i >= 0 && len(path) == 1 {
		return reference.Call(a.stdout, functions[i].Reference(), columns)
	}
	return failf("Unknown word", "There is no command, block or function %q.%s", path[0], diag.DidYouMean(path[0], helpWords(newRoot(a))))
}

// helpWords are the words that help knows at the top.
func helpWords(root *cobra.Command) []string {
	var words []string
	for _, c := range root.Commands() {
		if !c.Hidden {
			words = append(words, c.Name())
		}
	}
	words = append(words, schema.BlockNames(builtins.Described())...)
	for _, d := range funcs.All() {
		words = append(words, d.Name)
	}
	return words
}
