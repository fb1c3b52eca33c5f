package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/docker"
)

// execOptions are the options of exec.
type execOptions struct {
	planOptions
	replica    int
	release    string
	noTerminal bool
}

func newExec(a *app) *cobra.Command {
	var o execOptions
	cmd := &cobra.Command{
		Use:   "exec SERVICE [--] COMMAND...",
		Short: "Run a command in a container of a service",
		Long: `Runs a command in a running container of a service: the first replica of the release
that serves, unless --replica or --release say otherwise. The command gets a terminal
where both ends are one, and else what standard input holds; its two outputs stay
apart then. The recipe is that of the current directory, or of -C.

A command with options of its own comes after --. What it changes in the container goes
with the container.

Exit codes: that of the command; 1 also when it could not be run.`,
		Example: `  recipe exec web -- sh
  recipe exec web --replica 2 -- cat /etc/hosts
  recipe -C shop exec db -- psql -c 'select 1' < /dev/null`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usage{errors.New("a SERVICE and a COMMAND are needed"), cmd.CommandPath()}
			}
			return nil
		},
		ValidArgsFunction: completePath,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.replica < 0 {
				return usage{errors.New("--replica counts from 1"), cmd.CommandPath()}
			}
			if args[1] == "--" {
				args = append(args[:1:1], args[2:]...)
			}
			if len(args) < 2 {
				return usage{errors.New("a COMMAND is needed"), cmd.CommandPath()}
			}
			return a.exec(cmd.Context(), serviceNamed(args[0]), args[1:], o)
		},
	}
	o.target.register(cmd)
	o.variables.register(cmd)
	cmd.Flags().IntVar(&o.replica, "replica", 0, "run it in the container of this `NUMBER`")
	cmd.Flags().StringVar(&o.release, "release", "", "run it in a container of this `RELEASE`")
	cmd.Flags().BoolVarP(&o.noTerminal, "no-terminal", "T", false, "give the command no terminal")
	return cmd
}

func (a *app) exec(ctx context.Context, service string, command []string, o execOptions) error {
	p, reader, err := a.openPlanner(ctx, ".", o.planOptions)
	if err != nil {
		return err
	}
	defer reader.Close()
	in, err := p.container(ctx, reader, service, o)
	if err != nil {
		return err
	}
	spec := engine.ExecSpec{Command: command, Terminal: !o.noTerminal && isTerminal(a.stdin) && isTerminal(a.stdout)}
	if name, ok := a.env("TERM"); ok && spec.Terminal {
		spec.Env = []string{"TERM=" + name}
	}
	running, err := (&docker.Engine{Reader: reader}).ExecStream(ctx, in.Container.ID, spec)
	if err != nil {
		return err
	}
	defer running.Close()
	code, err := a.talk(ctx, running, spec.Terminal)
	if err != nil || code == 0 {
		return err
	}
	return exit(code)
}

// container finds the one to run a command in.
func (p *planner) container(ctx context.Context, r engine.Reader, service string, o execOptions) (instance, error) {
	all, err := p.instances(ctx, r)
	if err != nil {
		return instance{}, err
	}
	found, err := p.chosen(all, []string{service}, o.release)
	if err != nil {
		return instance{}, err
	}
	if o.release == "" {
		found = p.serving(ctx, r, found)
	}
	for _, i := range found {
		if i.State == engine.Running && (o.replica == 0 || o.replica == i.index) {
			return i, nil
		}
	}
	if o.replica != 0 {
		return instance{}, failf("No such replica", "No container number %d of %s runs. \"recipe status\" lists those that do.", o.replica, service)
	}
	return instance{}, failf("Nothing runs", "No container of %s runs, so that no command can be run in one. \"recipe status\" shows how it stands.", service)
}

// serving puts the containers of the release that serves before the others.
func (p *planner) serving(ctx context.Context, r engine.Reader, all []instance) []instance {
	observed, recorded, err := builtins.World(r, p.settings).List(ctx, p.head)
	if err != nil {
		return all // which is no reason not to run it in one that runs
	}
	current := map[string]bool{}
	for _, s := range newStatusJSON(p.head, observed, recorded).Services {
		for _, release := range s.Releases {
			current[s.Addr.String()+" "+release.Release] = release.Current
		}
	}
	var first, rest []instance
	for _, i := range all {
		if current[i.Addr.String()+" "+i.Release] {
			first = append(first, i)
		} else {
			rest = append(rest, i)
		}
	}
	return append(first, rest...)
}

// talk passes on what goes in and what comes out, until the command has ended.
func (a *app) talk(ctx context.Context, running engine.Command, terminal bool) (code int, err error) {
	if file, ok := a.stdin.(*os.File); ok && terminal {
		before, err := term.MakeRaw(int(file.Fd()))
		if err == nil {
			defer func() { _ = term.Restore(int(file.Fd()), before) }()
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		go a.resize(ctx, running)
	}
	go func() {
		_, _ = io.Copy(running, a.stdin) // it may read none of it
		_ = running.CloseWrite()
	}()
	defer context.AfterFunc(ctx, func() { _ = running.Close() })()
	ended := make(chan error, 1)
	go func() {
		_, err := io.Copy(a.stderr, running.Stderr())
		ended <- err
	}()
	_, err = io.Copy(a.stdout, running.Stdout())
	if err = errors.Join(err, <-ended); err != nil {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		return 0, fmt.Errorf("the connection to the command broke: %w", err)
	}
	return running.Exit(ctx)
}

// sizePoll is how often the terminal's size is looked at: what tells of a change differs between systems.
const sizePoll = 200 * time.Millisecond

// resize keeps the command's terminal as large as the one here.
func (a *app) resize(ctx context.Context, running engine.Command) {
	out, ok := a.stdout.(*os.File)
	if !ok {
		return
	}
	columns, rows := 0, 0
	for {
		c, r, err := term.GetSize(int(out.Fd()))
		if err == nil && (c != columns || r != rows) && running.Resize(ctx, c, r) == nil {
			columns, rows = c, r
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(sizePoll):
		}
	}
}
