package buildkit

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

var position = regexp.MustCompile(`^\[(?:([^\]]*) )?(\d+)/(\d+)\] `)

// lineOf finds the line of a Dockerfile that a step's name stands for: "[build 3/7] RUN ..." is the third of the seven
// steps of stage build. Old builders tell no lines. It returns 0 where it cannot tell.
func lineOf(dockerfile, name string) int {
	match := position.FindStringSubmatch(name)
	if match == nil {
		return 0
	}
	parsed, err := parser.Parse(strings.NewReader(dockerfile))
	if err != nil {
		return 0
	}
	stages, _, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		return 0
	}
	number, _ := strconv.Atoi(match[2])
	total, _ := strconv.Atoi(match[3])
	for i, stage := range stages {
		if !names(match[1], stage.Name, i, len(stages)) {
			continue
		}
		steps := stepLines(stage)
		// What comes before the stage's own steps are its base image and that image's onbuild triggers.
		own := number - 1 - (total - len(steps))
		if own >= 0 && own < len(steps) {
			return steps[own]
		}
		if len(stage.Location) > 0 {
			return stage.Location[0].Start.Line
		}
	}
	return 0
}

// names reports whether the words before a position name the stage: its platform may come first, and a file's only
// stage has no name.
func names(words, name string, index, stages int) bool {
	said := words[strings.LastIndex(words, " ")+1:]
	if said == "" || strings.Contains(said, "/") {
		return index == stages-1
	}
	return said == name || name == "" && said == "stage-"+strconv.Itoa(index)
}

// stepLines are the lines of the instructions that builders count.
func stepLines(stage instructions.Stage) []int {
	var lines []int
	for _, command := range stage.Commands {
		switch command.(type) {
		case *instructions.RunCommand, *instructions.CopyCommand, *instructions.AddCommand, *instructions.WorkdirCommand:
			if at := command.Location(); len(at) > 0 {
				lines = append(lines, at[0].Start.Line)
			}
		}
	}
	return lines
}
