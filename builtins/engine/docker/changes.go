package docker

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// changesOf writes an image's configuration as the Dockerfile lines that an import takes.
func changesOf(c engine.ImageConfig) ([]string, error) {
	var lines []string
	list := func(instruction string, words []string) {
		if len(words) > 0 {
			text, _ := json.Marshal(words) // strings always can be
			lines = append(lines, instruction+" "+string(text))
		}
	}
	list("ENTRYPOINT", c.Entrypoint)
	list("CMD", c.Command)
	for _, env := range c.Env {
		name, value, _ := strings.Cut(env, "=")
		lines = append(lines, "ENV "+name+"="+quote(value))
	}
	for _, port := range c.ExposedPorts {
		lines = append(lines, "EXPOSE "+port)
	}
	if c.User != "" {
		lines = append(lines, "USER "+c.User)
	}
	if c.Workdir != "" {
		lines = append(lines, "WORKDIR "+c.Workdir)
	}
	for name, value := range c.Labels {
		lines = append(lines, "LABEL "+quote(name)+"="+quote(value))
	}
	sort.Strings(lines)
	for _, line := range lines {
		if strings.ContainsAny(line, "\n\r") {
			return nil, fmt.Errorf("%q: an imported image's configuration can hold no line breaks", line)
		}
	}
	return lines, nil
}

// quote writes a word that the Dockerfile's parser reads back as it is.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(text) + `"`
}
