package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/eval/kind"
)

func newRestart(a *app) *cobra.Command {
	o := applyOptions{planOptions: planOptions{mode: kind.Apply}, question: "Restart?"}
	cmd := &cobra.Command{
		Use:   "restart SERVICE... [PATH]",
		Short: "Let new containers of the same release take over",
		Long: `Plans another release of the named services that is made just as the present one,
shows the plan, asks, and carries it out: new containers start, pass their checks and
take over as any new release does, and not one request is lost. What switches together
with a service restarts with it only where it is named, too.

It is "recipe apply --replace SERVICE --target SERVICE" that refuses to do more than
that: where the recipe has changed since it was applied, apply it instead.

A service is named as in the recipe (web), by its address (service.web,
'service.web["a"]', use.cache.service.main), or with * and ?.

Exit codes: 0 restarted; 1 an error, also when all was taken back.`,
		Example: `  recipe restart web
  recipe restart web api --auto-approve
  recipe restart 'use.cache.service.*' ./shop`,
		Args: someArgument("SERVICE"), ValidArgsFunction: completePath,
		RunE: func(cmd *cobra.Command, args []string) error {
			services, path, err := o.ofServices(cmd, args)
			if err != nil {
				return err
			}
			o.scope.Targets, o.scope.Replaces = services, services
			return a.carryOut(cmd.Context(), path, o)
		},
	}
	o.register(cmd)
	return cmd
}

// ofServices reads the arguments of a command that is about services, and which one it is.
func (o *applyOptions) ofServices(cmd *cobra.Command, args []string) (services []string, path string, err error) {
	if err := o.check(cmd); err != nil {
		return nil, "", err
	}
	services, path, err = servicesAndPath(cmd, args)
	o.command = cmd.Name() + " " + strings.Join(services, " ")
	return services, path, err
}

// someArgument wants at least one argument, of which the first is called so.
func someArgument(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usage{errors.New(name + " is missing"), cmd.CommandPath()}
		}
		return nil
	}
}

// servicesAndPath tells the names of services from the recipe's directory or file, which is the last argument where it
// is one.
func servicesAndPath(cmd *cobra.Command, args []string) (services []string, path string, err error) {
	path = "."
	if n := len(args); n > 0 && isPath(args[n-1]) {
		args, path = args[:n-1], args[n-1]
	}
	for _, arg := range args {
		if isPath(arg) {
			return nil, "", usage{errTooMany(arg), cmd.CommandPath()}
		}
		services = append(services, serviceNamed(arg))
	}
	return services, path, nil
}

// isPath tells a directory or file from a service's name or address, which have slashes in keys alone.
func isPath(arg string) bool {
	named := strings.Contains(arg, "[") || !strings.ContainsAny(arg, "/\\") && arg != "." && arg != ".."
	return !named || strings.HasSuffix(arg, ".hcl") || strings.HasSuffix(arg, ".json")
}

// serviceNamed is the address of a service that is called by its name alone.
func serviceNamed(name string) string {
	if name == "service" || slices.ContainsFunc([]string{"service.", "job.", "use."}, func(p string) bool { return strings.HasPrefix(name, p) }) {
		return name
	}
	return "service." + name
}
