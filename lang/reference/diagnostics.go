package reference

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/deployrecipe/recipe/lang/diag"
)

// Diagnostics writes a section a code, with the example of CODE.txtar in dir: a story, of which the part up to the
// first command is the bad example, and what comes after is the mend. A code without an example is an error.
func Diagnostics(w io.Writer, dir fs.FS) error {
	var b strings.Builder
	b.WriteString("# Diagnostics\n\nGenerated from the codes of this version and from the examples in [diagnostics](diagnostics), which run as tests.\n" +
		"A code never changes its meaning. It stands in brackets below a message, and as `code` in JSON.\n\n")
	for _, info := range diag.Codes() {
		fmt.Fprintf(&b, "- [%s](#%s): %s\n", info.Code, info.Code, info.Doc)
	}
	for _, info := range diag.Codes() {
		fmt.Fprintf(&b, "\n## %s\n\n%s: %s See *%s* in [spec.md](spec.md).\n", info.Code, info.Summary, info.Doc, info.Section)
		story, err := fs.ReadFile(dir, string(info.Code)+".txtar")
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s has no example: write %s.txtar", info.Code, info.Code)
		}
		if err != nil {
			return err
		}
		example(&b, txtar.Parse(story))
	}
	_, err := io.WriteString(w, strings.ToValidUTF8(b.String(), "\uFFFD"))
	return err
}

// example writes a story: its text, its files and what commands print.
func example(b *strings.Builder, archive *txtar.Archive) {
	fmt.Fprintf(b, "\n%s\n", prose(archive.Comment))
	for _, entry := range archive.Files {
		language := ""
		if strings.HasSuffix(entry.Name, ".hcl") {
			language = "hcl"
		}
		name := entry.Name
		if strings.HasPrefix(name, "recipe ") {
			name = "$ " + name
		}
		fmt.Fprintf(b, "\n`%s`\n\n```%s\n%s```\n", name, language, shortened(string(entry.Data)))
	}
}

// prose is the comment without the lines that are for the runner of the stories.
func prose(comment []byte) string {
	var lines []string
	for line := range strings.Lines(string(comment)) {
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "#"))
		word, rest, _ := strings.Cut(line, ": ")
		switch word {
		case "code", "env", "spec":
			continue
		case "untold":
			line = "There is no example: " + rest + "."
		}
		lines = append(lines, line)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// shortened cuts lines that are long to make a point of their length.
func shortened(text string) string {
	const most = 200
	var b strings.Builder
	for line := range strings.Lines(text) {
		if len(line) > most {
			line = line[:most] + "...\n"
		}
		b.WriteString(line)
	}
	return b.String()
}
