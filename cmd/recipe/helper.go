package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/builtins/helper"
)

// newHelper is the end of recipe that runs on the engine's side; nobody calls it by hand.
func newHelper(a *app) *cobra.Command {
	parent := &cobra.Command{Use: "helper", Hidden: true, Args: noArgs,
		Short: "What an apply runs on the engine's side",
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	parent.AddCommand(&cobra.Command{Use: "serve", Hidden: true, Args: noArgs,
		Short: "Serve an apply over standard input and output",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return helper.Serve(cmd.Context(), os.Stdin, a.stdout)
		},
	})
	return parent
}
