package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/deployrecipe/recipe/builtins"
	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/docker"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/eval/state"
)

func newStatus(a *app) *cobra.Command {
	var o planOptions
	var watch bool
	cmd := &cobra.Command{
		Use:   "status [PATH]",
		Short: "Show how a recipe stands on the engine",
		Long: `Shows the releases of each service with their containers and their share of the
traffic, the switchovers that are under way and what they wait for, the ports, the
edge, who holds the recipe's lock, and how the last apply ended. It only asks. Of the
recipe only its name is read, so that variables need no values, other than those that
the name uses.

With --watch it goes on until Ctrl-C, from whatever terminal: it is looked at once a
second, which changes nothing. A terminal shows it in place, as much as fits. Elsewhere
there is a line for whatever changes, or with --json an object.

Exit codes: 0 it was shown, whatever it shows; 1 an error.`,
		Example: `  recipe status
  recipe status --watch
  recipe status --json | jq '.services[].releases[0].running'`,
		Args: onePath, ValidArgsFunction: completePath,
		RunE: func(cmd *cobra.Command, args []string) error {
			p, reader, err := a.openPlanner(cmd.Context(), pathOf(args), o)
			if err != nil {
				return err
			}
			defer reader.Close()
			look := func(ctx context.Context) (*statusJSON, error) { return p.status(ctx, reader) }
			if watch {
				return a.watch(cmd.Context(), o.json, look)
			}
			s, err := look(cmd.Context())
			if err != nil {
				return err
			}
			if o.json {
				return a.writeJSON(s)
			}
			a.printStatus(s)
			return nil
		},
	}
	o.target.register(cmd)
	o.variables.register(cmd)
	cmd.Flags().BoolVar(&o.json, "json", false, "write JSON")
	cmd.Flags().BoolVar(&watch, "watch", false, "go on until Ctrl-C, and show what changes")
	return cmd
}

// status looks how the recipe stands.
func (p *planner) status(ctx context.Context, reader *docker.Reader) (*statusJSON, error) {
	w := builtins.World(reader, p.settings)
	observed, recorded, err := w.List(ctx, p.head)
	if err != nil {
		return nil, err
	}
	// Listings do not tell since when a container runs.
	if err := w.Refine(ctx, observed, &state.Desired{Recipe: p.head}); err != nil {
		return nil, err
	}
	s := newStatusJSON(p.head, observed, recorded)
	s.Edge.Name, s.Engine.Host = p.settings.Edge, reader.Host()
	return s, nil
}

// printStatus shows it to people.
func (a *app) printStatus(s *statusJSON) {
	fmt.Fprintf(a.stdout, "%s on %s (%s)\n", s.Recipe, cmp.Or(s.Engine.Name, "the engine"), s.Engine.Host)
	if s.Lock != nil {
		fmt.Fprintf(a.stdout, "Locked by %s for %s.\n", cmp.Or(s.Lock.By, "someone"), age(s.Lock.Since))
	}
	if s.Last != nil {
		at, _ := time.Parse(time.RFC3339, s.Last.Time)
		fmt.Fprintf(a.stdout, "Last: %s %s ago, by %s.\n", s.Last.Result, age(at), s.Last.By)
	}
	if s.Maintenance {
		fmt.Fprintln(a.stdout, "The maintenance page is up: its ports answer 503 until \"recipe maintenance off\".")
	}
	if len(s.Services) == 0 {
		fmt.Fprintln(a.stdout, "\nNo service of it is on the engine.")
	} else {
		a.printServices(s)
	}
	a.printSwitches(s)
	if len(s.Ports) > 0 {
		fmt.Fprintln(a.stdout)
		a.table(func(w io.Writer) {
			fmt.Fprintln(w, "PORT\tLISTEN\tROUTES")
			for _, p := range s.Ports {
				fmt.Fprintf(w, "%s\t%s\t%s\n", p.Addr.Short(), p.listen(), strings.Join(p.routes(), ", "))
			}
		})
	}
	fmt.Fprintf(a.stdout, "\n%s\n", s.Edge.line())
}

func (a *app) printServices(s *statusJSON) {
	fmt.Fprintln(a.stdout)
	a.table(func(w io.Writer) {
		fmt.Fprintln(w, "SERVICE\tRELEASE\tRUNNING\tTRAFFIC\tUP FOR\tREMARKS")
		for _, service := range s.Services {
			for _, r := range service.Releases {
				since := "-"
				if r.Running > 0 {
					since = age(r.Since)
				}
				fmt.Fprintf(w, "%s\t%s\t%d/%d\t%s\t%s\t%s\n", service.Addr.Short(), r.Release, r.Running, r.Wanted, r.traffic(), since, r.remarks())
			}
		}
	})
}

// table aligns what is written, cells of a line ended by tabs.
func (a *app) table(write func(io.Writer)) {
	var aligned bytes.Buffer
	w := tabwriter.NewWriter(&aligned, 0, 0, 2, ' ', 0)
	write(w)
	_ = w.Flush()
	for line := range strings.Lines(aligned.String()) {
		fmt.Fprintln(a.stdout, strings.TrimRight(line, " \n"))
	}
}

func (r releaseJSON) traffic() string {
	if r.Side == "" {
		return "-"
	}
	return fmt.Sprintf("%d%% (%s)", r.Percent, r.Side)
}

func (r releaseJSON) remarks() string {
	var remarks []string
	switch {
	case r.Serves:
		remarks = append(remarks, "serves now: it stands by, and the release before it is down")
	case !r.Standby.IsZero() && r.Percent == 0:
		remarks = append(remarks, "stands by for "+age(r.Standby))
	}
	if r.Kept > 0 && r.Running == 0 {
		remarks = append(remarks, "kept for a rollback")
	}
	for _, c := range r.Containers {
		if container.IsAside(c.Name) {
			remarks = append(remarks, c.Name+" was taken back and is kept for a look")
			continue
		}
		switch {
		case c.Health == "unhealthy" || c.State == "restarting" || c.State == "dead" || c.State == "paused":
			remarks = append(remarks, c.Name+" is "+cmp.Or(c.Health, c.State))
		case r.Current && c.State != string(engine.Running):
			remarks = append(remarks, c.Name+" does not run")
		case c.Restarts > 0:
			remarks = append(remarks, fmt.Sprintf("%s restarted %d times", c.Name, c.Restarts))
		}
	}
	if n := r.Wanted - len(r.Containers); r.Current && n > 0 {
		remarks = append(remarks, fmt.Sprintf("%d missing", n))
	}
	return strings.Join(remarks, ", ")
}

func (p portJSON) listen() string {
	if (proxy.Port{Address: p.Address}).Internal() {
		return fmt.Sprintf("%d %s internal", p.Listen, p.Mode)
	}
	if p.Address != "" {
		return fmt.Sprintf("%s:%d %s", p.Address, p.Listen, p.Mode)
	}
	return fmt.Sprintf("%d %s", p.Listen, p.Mode)
}

func (p portJSON) routes() []string {
	var routes []string
	for _, r := range p.Routes {
		from := r.Host + r.Path
		if from == "" || p.Mode == string(proxy.TCP) {
			from = "all"
		}
		routes = append(routes, from+" to "+r.To)
	}
	return routes
}

func (e edgeJSON) line() string {
	switch {
	case e.Problem != "":
		return fmt.Sprintf("Edge %s: its files cannot be read: %s", e.Name, e.Problem)
	case !e.Exists:
		return fmt.Sprintf("Edge %s: none on this engine.", e.Name)
	case !e.Running:
		return fmt.Sprintf("Edge %s: stopped, so no port answers; an apply starts it.", e.Name)
	}
	recipes := "1 recipe"
	if e.Recipes != 1 {
		recipes = fmt.Sprintf("%d recipes", e.Recipes)
	}
	return fmt.Sprintf("Edge %s: running for %s from %s, shared by %s.", e.Name, age(e.Since), e.Image, recipes)
}

// age says how long something lasts.
func age(t time.Time) string {
	d := max(0, time.Since(t))
	switch {
	case t.IsZero():
		return "an unknown time"
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
