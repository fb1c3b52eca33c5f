package main

import (
	"context"
	"fmt"
	"os/exec"
	"time"
)

const (
	repeats      = 9 // of what is quick
	manyServices = 50
)

// row is one measurement that stands for itself.
type row struct {
	Name string
	cost
	Aim string // what it should be at most
}

// idle measures what is run most often: with nothing to do.
func (b *bench) idle(ctx context.Context, o *ours) ([]row, error) {
	b.say("nothing to do")
	var rows []row
	for _, r := range []struct {
		name, aim string
		args      []string
	}{
		{"apply, nothing to do", "0.10 s", []string{"apply", "--auto-approve"}},
		{"plan of one service", "0.06 s, 40 MiB", []string{"plan"}},
	} {
		used, err := b.typical(func() (cost, error) { return measured(ctx, o.web(b.rounds), b.tool, r.args...) })
		if err != nil {
			return rows, err
		}
		rows = append(rows, row{r.name, used, r.aim})
	}
	return rows, nil
}

// many measures a first apply of many services, beside what the docker command needs for the same.
func (b *bench) many(ctx context.Context) ([]row, error) {
	b.say("%d services at once", manyServices)
	used, err := measured(ctx, b.command(manyDir), b.tool, "apply", "--auto-approve")
	if err != nil {
		return nil, err
	}
	rows := []row{{fmt.Sprintf("apply, %d new services", manyServices), used, "12 s"}}
	running, err := b.replaceMany(ctx)
	if rows = append(rows, running...); err != nil {
		return rows, err
	}
	begun := time.Now()
	if err := b.destroy(ctx, manyDir); err != nil {
		return rows, err
	}
	rows = append(rows, row{"destroy of these", cost{Wall: time.Since(begun)}, ""})
	reference, err := b.manyByHand(ctx)
	return append(rows, reference...), err
}

// replaceMany measures a plan of many services that run, with nothing to do, and a new release of them all, beside what
// the engine alone needs for that.
func (b *bench) replaceMany(ctx context.Context) ([]row, error) {
	idle, err := b.typical(func() (cost, error) { return measured(ctx, b.command(manyDir), b.tool, "plan") })
	if err != nil {
		return nil, err
	}
	rows := []row{{fmt.Sprintf("plan of %d running services", manyServices), idle, "0.15 s"}}
	if err := b.write(manyDir, "recipe.hcl", manyRecipe(manyServices, 1)); err != nil {
		return rows, err
	}
	used, err := measured(ctx, b.command(manyDir), b.tool, "apply", "--auto-approve")
	if err != nil {
		return rows, err
	}
	floor, err := b.replaceByEngine(ctx)
	return append(rows, row{fmt.Sprintf("apply, a new release of %d services", manyServices), used, fmt.Sprintf("%.1f s, as below", floor.Wall.Seconds())},
		row{"the engine alone for that", floor, ""}), err
}

// typical is the cost by medians of what is quick.
func (b *bench) typical(measure func() (cost, error)) (cost, error) {
	var all samples
	for range repeats {
		used, err := measure()
		if err != nil {
			return cost{}, err
		}
		all = append(all, sample{cost: used})
	}
	return all.cost(), nil
}

// manyByHand starts as many containers by compose where that is installed, and by docker run, eight at a time.
func (b *bench) manyByHand(ctx context.Context) ([]row, error) {
	var rows []row
	if exec.CommandContext(ctx, "docker", "compose", "version").Run() == nil {
		used, err := b.manyByCompose(ctx)
		if err != nil {
			return rows, err
		}
		rows = append(rows, row{fmt.Sprintf("compose up, %d services", manyServices), used, ""})
	}
	script := fmt.Sprintf("seq %d | xargs -P 8 -I {} docker run -d --name %s-many-{} --label %s -e TICK=1h %s worker >/dev/null",
		manyServices, floorName, floorName, appImage)
	used, err := measured(ctx, b.command(manyDir), "bash", "-c", script)
	return append(rows, row{fmt.Sprintf("docker run, %d times", manyServices), used, ""}), err
}
