package dockerfile

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// Facts are what the image of a Dockerfile says of its containers, as far as its text tells.
type Facts struct {
	// Port is the first TCP port that it exposes, 0 for none.
	Port int
	// Health is the path that its health check asks for, empty where it asks for none.
	Health string
	// User is who its program runs as, empty where the base image says.
	User string
}

// Look reads what a Dockerfile says in its last stage, and in those that this one begins with. Variables are not
// expanded: what depends on one is not told.
func Look(text []byte) (Facts, error) {
	parsed, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return Facts{}, err
	}
	stages, _, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		return Facts{}, err
	}
	if len(stages) == 0 {
		return Facts{}, fmt.Errorf("it has no FROM")
	}
	var f Facts
	for _, i := range lineage(stages) {
		for _, command := range stages[i].Commands {
			f.take(command)
		}
	}
	return f, nil
}

// lineage are the stages that the last one is made of, the first one first. A stage may begin with an earlier one only.
func lineage(stages []instructions.Stage) []int {
	out := []int{len(stages) - 1}
	for {
		first, found := out[0], -1
		for i := range stages[:first] {
			if name := stages[i].Name; name != "" && strings.EqualFold(name, stages[first].BaseName) {
				found = i
			}
		}
		if found < 0 {
			return out
		}
		out = append([]int{found}, out...)
	}
}

func (f *Facts) take(command instructions.Command) {
	switch c := command.(type) {
	case *instructions.ExposeCommand:
		for _, port := range c.Ports {
			number, protocol, _ := strings.Cut(port, "/")
			if n, err := strconv.Atoi(number); err == nil && f.Port == 0 && protocol != "udp" && 0 < n && n < 1<<16 {
				f.Port = n
			}
		}
	case *instructions.UserCommand:
		f.User = c.User
	case *instructions.HealthCheckCommand:
		f.Health = healthPath(strings.Join(c.Health.Test, " "))
	}
}

// healthURL is the address that a health check asks for by curl, wget or the like, and its path.
var healthURL = regexp.MustCompile(`https?://[^\s/"']+(/[^\s"'|;&)?]*)`)

func healthPath(command string) string {
	if found := healthURL.FindStringSubmatch(command); found != nil && !strings.Contains(found[1], "$") {
		return found[1]
	}
	return ""
}
