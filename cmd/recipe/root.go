package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/deployrecipe/recipe/lang/diag"
)

// newRoot is the program's own command. The list of commands stands here and nowhere else.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Version: versionText(),
		Use:     "recipe",
		Short:   "Deploy apps on plain Docker behind HAProxy, losing no request",
		Long: `Recipe reads *.recipe.hcl files, shows what would change on a Docker engine, and
applies it: the new release of an app starts beside the old one, passes its
checks, takes over the traffic at HAProxy, and not one request is lost.

The recipe is that of the current directory, or of the directory or file named
after the command. The engine is that of --host, --context, DOCKER_HOST or
docker's current context.

Exit codes: 0 done, or nothing to do; 1 an error; 2 there are changes, with
--detailed-exitcode.`,
		Example: `  recipe validate
  recipe plan
  recipe apply ./shop --var release=1.4.2
  recipe status --json`,
		SilenceErrors: true, SilenceUsage: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := cmd.ValidateFlagGroups(); err != nil {
				return usage{together(cmd, err), cmd.CommandPath()}
			}
			if a.dir == "" {
				return nil
			}
			if err := os.Chdir(a.dir); err != nil {
				return fail(diag.Errorf(diag.FileNotFound, nil, "Directory not found", "The directory %q, given with -C, cannot be entered: %s.", a.dir, reason(err)))
			}
			return nil
		},
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.PersistentFlags().StringVarP(&a.dir, "chdir", "C", "", "run as if started in this `directory`")
	root.PersistentFlags().BoolVar(&a.noColor, "no-color", false, "no colours; setting NO_COLOR does the same")
	_ = root.MarkPersistentFlagDirname("chdir") // fails only for an option that is not there
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return usage{meantFlag(cmd, err), cmd.CommandPath()} })
	root.AddCommand(
		newPlan(a), newApply(a), newShow(a), newDestroy(a), newRollback(a), newPromote(a), newRevert(a), newMaintenance(a), newStatus(a), newHistory(a),
		newLogs(a), newExec(a), newRestart(a), newScale(a), newPrune(a), newUnlock(a),
		newValidate(a), newTest(a), newFmt(a), newConsole(a), newDocs(a), newGraph(a), newInit(a), newVersion(a), newHelper(a),
	)
	root.SetVersionTemplate("recipe {{.Version}}\n")
	root.SetHelpCommand(newHelp(a))
	root.InitDefaultCompletionCmd()
	return root
}

// meantFlag adds to what is wrong with an option the one that was probably meant.
func meantFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) || len(unknown.GetSpecifiedName()) < 2 {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, "--"+f.Name)
		}
	})
	if near := diag.Suggest("--"+unknown.GetSpecifiedName(), names); near != "" {
		return fmt.Errorf("%w. Did you mean %s?", err, near)
	}
	return err
}

// together says in our words which options do not go together; cobra would list those that could have been given too.
func together(cmd *cobra.Command, err error) error {
	var given []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if len(f.Annotations["cobra_annotation_mutually_exclusive"]) > 0 {
			given = append(given, "--"+f.Name)
		}
	})
	if len(given) < 2 {
		return err
	}
	return fmt.Errorf("%s do not go together: give one of them", strings.Join(given, " and "))
}

func unknownCommand(root *cobra.Command, word string) error {
	var names []string
	for _, c := range root.Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	return failf("Unknown command", "There is no command %q.%s See \"recipe --help\".", word, diag.DidYouMean(word, names))
}

// onePath takes at most one argument, the recipe's directory or file.
func onePath(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usage{errTooMany(args[1]), cmd.CommandPath()}
	}
	return nil
}

func pathOf(args []string) string {
	if len(args) == 0 {
		return "."
	}
	return args[0]
}
