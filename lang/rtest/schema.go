// Package rtest is the small language of tests of recipes: *.rtest.hcl files, beside the recipe that they are of.
//
// It is HCL with schemas like the recipe's own, so that decoding, did-you-mean, help and the reference know its words
// in the same way. What a test does is package testrun's to play.
package rtest

import "github.com/deployrecipe/recipe/lang/schema"

// The commands that a run takes, and how one ends.
var (
	commands = []string{"plan", "apply", "destroy", "rollback", "promote", "repeat", "revert"}
	outcomes = []string{Planned, Unchanged, Applied, Reverted, Paused, Failed, Killed, Refused}
)

// The outcomes of a run.
const (
	Planned   = "planned"   // a plan was made, with something to do, and not carried out
	Unchanged = "unchanged" // there was nothing to do
	Applied   = "applied"
	Reverted  = "reverted" // a step failed, and what its group had done was taken back
	Paused    = "paused"   // a switchover waits for somebody to decide: at a stage, or since a step failed
	Failed    = "failed"   // a step failed, and there was nothing to take back
	Killed    = "killed"   // the tool was killed, by a fault
	Refused   = "refused"  // there is no plan, since the recipe has errors
)

// Blocks describes the blocks of a test file.
func Blocks() []schema.Block {
	anything := schema.AnyValue()
	return []schema.Block{
		{
			Name: "variables", Max: 1, Free: &anything,
			Doc: "In a test file: values for the recipe's variables, for all runs of the file. Each may call functions and read nothing.",
		},
		runBlock(),
	}
}

func runBlock() schema.Block {
	return schema.Block{
		Name: "run", Label: "what it shows", Sequence: true,
		Doc: "In a test file: one command on a simulated engine, in virtual time. The runs of a file follow each other on the same engine, which is empty before the first. Clients send requests to every route that is open when a run begins.",
		Args: []schema.Arg{
			{Name: "command", Type: schema.OneOf(commands...), Default: `"apply"`, Change: schema.PlanOnly, Doc: "The command; repeat is promote --again."},
			{Name: "variables", Type: schema.MapOf(schema.AnyValue()), Secret: true, Change: schema.PlanOnly, Doc: "Values for the recipe's variables, over those of the file. They may call functions and read runs.NAME of earlier runs."},
			{Name: "secrets", Type: schema.MapOf(schema.Str()), Secret: true, Change: schema.PlanOnly, Doc: "Values of the recipe's secrets, by their names. Any other has a value that is made up of its name, always the same; nothing is fetched."},
			{Name: "volumes", Type: schema.Boolean(), Default: "false", Change: schema.PlanOnly, Doc: "Whether a destroy removes volumes too."},
		},
		Blocks: []schema.Block{appBlock(), faultBlock(), expectBlock(), assertBlock()},
	}
}

func appBlock() schema.Block {
	return schema.Block{
		Name: "app", Label: "service or job", Sequence: true,
		Doc: "How the containers behave that the run starts of a service or job, or of several: in the label * stands for any text, as in \"service.web\", \"web\" or \"*\". Where several match, the last one counts. Without one, a service listens after half a second and is healthy, and a job ends well after two.",
		Args: []schema.Arg{
			{Name: "boot", Type: schema.Dur(), Default: `"500ms"`, Change: schema.PlanOnly, Doc: "How long after its start a container refuses connections."},
			{Name: "status", Type: schema.Whole(100, 599), Default: "200", Change: schema.PlanOnly, Doc: "What it answers to checks by HTTP."},
			{Name: "healthy", Type: schema.Boolean(), Default: "true", Change: schema.PlanOnly, Doc: "Whether checks that are commands pass."},
			{Name: "ends_after", Type: schema.Dur(), Change: schema.PlanOnly, Doc: "How long after its start it ends by itself; a service that sets none does not."},
			{Name: "exit", Type: schema.Whole(0, 255), Change: schema.PlanOnly, Doc: "The exit code with which it ends by itself; 0 without it for jobs, 1 for services."},
			{Name: "stop", Type: schema.Dur(), Default: `"0s"`, Change: schema.PlanOnly, Doc: "How long it takes to end when it is told to."},
		},
	}
}

func faultBlock() schema.Block {
	return schema.Block{
		Name: "fault", Label: "step", Sequence: true,
		Doc: "Something that goes wrong at steps of the plan: those whose ID, title or block's address the label matches, in which * stands for any text. The way back is spared.",
		Args: []schema.Arg{
			{Name: "kind", Type: schema.OneOf("failure", "hang", "crash"), Default: `"failure"`, Change: schema.PlanOnly, Doc: "Whether the step fails, hangs until its limit, or the tool is killed at it."},
			{Name: "when", Type: schema.OneOf("before", "after"), Default: `"before"`, Change: schema.PlanOnly, Doc: "Whether that is before the step has its effect, or after."},
		},
	}
}

func expectBlock() schema.Block {
	return schema.Block{
		Name: "expect", Max: 1,
		Doc: "What must come of the run. What is not set is not looked at, save that a run succeeds unless it says otherwise, and that no request is lost beyond what a plan announces.",
		Args: []schema.Arg{
			{Name: "outcome", Type: schema.OneOf(outcomes...), Change: schema.PlanOnly, Doc: "How the run ends."},
			{Name: "changes", Type: schema.MapOf(schema.OneOf("create", "update", "replace", "delete", "run")), Change: schema.PlanOnly, Doc: "All changes of the plan: the action by the address."},
			{Name: "steps", Type: schema.ListOf(schema.Str()), Change: schema.PlanOnly, Doc: "All steps of the plan in their order, each by its ID or title, in which * stands for any text."},
			{Name: "contains", Type: schema.ListOf(schema.Str()), Change: schema.PlanOnly, Doc: "Steps that are among the plan's in this order, written as in steps."},
			{Name: "interruptions", Type: schema.Whole(0, 1<<20), Change: schema.PlanOnly, Doc: "How many interruptions the plan announces."},
			{Name: "lost_requests", Type: schema.Whole(0, 1<<40), Default: "0", Change: schema.PlanOnly, Doc: "How many requests are lost, at most, besides those within an interruption that the plan announces."},
			{Name: "at_least", Type: schema.Dur(), Change: schema.PlanOnly, Doc: "How long an apply takes at least, its way back included."},
			{Name: "at_most", Type: schema.Dur(), Change: schema.PlanOnly, Doc: "How long it takes at most."},
			{Name: "diagnostics", Type: schema.ListOf(schema.Str()), Change: schema.PlanOnly, Doc: "The codes of all errors and warnings, each once."},
			{Name: "outputs", Type: schema.MapOf(schema.AnyValue()), Change: schema.PlanOnly, Doc: "Values of the recipe's outputs, by their names."},
		},
	}
}

func assertBlock() schema.Block {
	return schema.Stating("assert", "States what must be true after the run. It may read whatever the recipe may, output.NAME, run, and runs.NAME of earlier runs: objects with outcome, seconds, requests, lost_requests, steps, changes, diagnostics and outputs.")
}
