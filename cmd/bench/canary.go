package main

import (
	"context"
	"strings"
	"time"
)

// hold is how long the canary's first stage holds.
const hold = time.Second

// canaryRecipe is webRecipe with a stage before the last.
func canaryRecipe() string {
	return strings.Replace(webRecipe(), "  stage \"full\"", "  stage \"canary\" {\n    weight = 10\n    hold   = \""+hold.String()+"\"\n  }\n  stage \"full\"", 1)
}

// canary measures what a stage costs beside its hold: a deploy in two stages, less the hold, against one in one.
func (b *bench) canary(ctx context.Context, o *ours) (figure, error) {
	b.say("a canary")
	var costs []float64
	for n := range b.rounds {
		var wall [2]time.Duration
		for i, text := range []string{webRecipe(), canaryRecipe()} {
			if err := b.write(webDir, "recipe.hcl", text); err != nil {
				return figure{}, err
			}
			used, err := o.deploy(ctx, b.later(b.rounds+2*n+i))
			if err != nil {
				return figure{}, err
			}
			wall[i] = used.Wall
		}
		costs = append(costs, (wall[1] - wall[0] - hold).Seconds())
	}
	return figure{"a canary's stage, beside its hold", middle(costs), "s", "0.20"}, b.write(webDir, "recipe.hcl", webRecipe())
}
