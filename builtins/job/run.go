package job

import (
	"context"
	"errors"
	"fmt"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
	"github.com/deployrecipe/recipe/eval/state"
)

// OpRun runs a job to its end; RunConfig.
const OpRun plan.Op = "job.run"

// RunConfig is the config of OpRun.
type RunConfig struct {
	Create  container.CreateConfig `json:"create"`
	Timeout state.Duration         `json:"timeout"`
	Release string                 `json:"release"`
}

type runner struct {
	container.Tools
}

// Doers gives what carries out each op.
func Doers(t container.Tools) map[plan.Op]kind.Doer {
	return map[plan.Op]kind.Doer{OpRun: kind.DoerOf(runner{t}.run)}
}

// run runs a job, or awaits the end of a run that an earlier apply began.
func (r runner) run(ctx context.Context, c RunConfig, in kind.Inputs) (kind.Outputs, error) {
	name := c.Create.Spec.Name
	have, err := r.Engine.Container(ctx, name)
	switch {
	case errors.Is(err, engine.ErrNotFound):
	case err != nil:
		return nil, err
	case have.State == engine.Exited && have.ExitCode == 0:
		return kind.Outputs{"release": c.Release}, nil
	case have.State == engine.Exited || have.State == engine.Dead:
		if err := r.Engine.RemoveContainer(ctx, have.ID); err != nil {
			return nil, err
		}
	}
	if have.State != engine.Running {
		if _, err := r.Make(ctx, c.Create, in); err != nil {
			return nil, err
		}
		if err := r.Engine.StartContainer(ctx, name); err != nil {
			return nil, err
		}
	}
	return kind.Outputs{"release": c.Release}, r.await(ctx, c, name)
}

// await waits for the job's end. One that failed or took too long is removed, its last output in the error.
func (r runner) await(ctx context.Context, c RunConfig, name string) error {
	within, cancel := context.WithTimeout(ctx, c.Timeout.Std())
	defer cancel()
	code, err := r.Engine.WaitContainer(within, name)
	if err == nil && code == 0 {
		return nil
	}
	if err != nil && within.Err() == nil {
		return err
	}
	why := fmt.Sprintf("%s ended with exit code %d", name, code)
	switch {
	case ctx.Err() != nil:
		why = name + " was broken off"
	case within.Err() != nil:
		why = fmt.Sprintf("%s did not end within %s", name, c.Timeout)
	}
	after := context.WithoutCancel(ctx)
	if logs, err := r.Engine.Logs(after, name, container.LogLines); err == nil {
		why += container.LastOutput("Its last output", string(logs))
	}
	return errors.Join(errors.New(why), r.Engine.RemoveContainer(after, name))
}
