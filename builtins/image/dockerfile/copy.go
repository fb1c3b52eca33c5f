package dockerfile

import (
	"regexp"
	"slices"
	"strings"
)

// files is what copy and add have in common.
type files struct {
	From    []string `json:"from"`
	To      string   `json:"to"`
	Chown   string   `json:"chown"`
	Chmod   string   `json:"chmod"`
	Link    bool     `json:"link"`
	Exclude []string `json:"exclude"`
}

// flags writes the flags that copy and add share.
func (f *files) flags(r *renderer, block string) []string {
	var words []string
	if f.Chown != "" {
		if !regexp.MustCompile(`^[A-Za-z0-9_.-]+(:[A-Za-z0-9_.-]+)?$`).MatchString(f.Chown) {
			r.problem("%q is no owner. Write USER or USER:GROUP, by name or number.", f.Chown)
		}
		words = append(words, "--chown="+f.Chown)
	}
	if f.Chmod != "" {
		if !regexp.MustCompile(`^[0-7]{3,4}$`).MatchString(f.Chmod) {
			r.problem("%q are no permissions. Write them in octal, like \"0755\".", f.Chmod)
		}
		words = append(words, "--chmod="+f.Chmod)
	}
	if f.Link {
		r.need("23.0", "link of %s block", block)
		words = append(words, "--link")
	}
	for _, pattern := range f.Exclude {
		r.need("29.0", "exclude of %s block", block)
		r.plain("The exclude pattern", pattern)
		words = append(words, "--exclude="+pattern)
	}
	return words
}

// paths writes the sources and the destination, plainly where all are plain words.
func (f *files) paths(r *renderer, block string) string {
	if len(f.From) == 0 {
		r.problem("The from of %s block names nothing.", block)
	}
	if f.To == "" {
		r.problem("The to of %s block is empty. Write where the files go, like \"/app/\".", block)
	}
	if len(f.From) > 1 && !strings.HasSuffix(f.To, "/") {
		r.problem("Several sources go into a directory, so %q needs a / at its end.", f.To)
	}
	words := append(slices.Clone(f.From), f.To)
	simple := true
	for _, word := range words {
		r.check("The path", word)
		if word == "" {
			r.problem("A path is empty.")
		}
		simple = simple && bare(word)
	}
	if simple {
		return strings.Join(words, " ")
	}
	return literals(words)
}

type copyFiles struct {
	files
	Stage   string `json:"stage"`
	Image   base   `json:"image"`
	Parents bool   `json:"parents"`
}

func (c *copyFiles) render(r *renderer) {
	words := []string{"COPY"}
	switch {
	case c.Stage != "" && !c.Image.isZero():
		r.problem("A copy block takes either a stage or an image to copy from.")
	case c.Stage != "":
		r.earlier(c.Stage)
		words = append(words, "--from="+c.Stage)
	case !c.Image.isZero():
		words = append(words, "--from="+r.image(c.Image))
	default:
		r.source(c.From...)
	}
	words = append(words, c.flags(r, "a copy")...)
	if c.Parents {
		r.need("29.1", "parents of a copy block")
		words = append(words, "--parents")
	}
	r.line(append(words, c.paths(r, "a copy"))...)
}

// earlier checks that a stage stands before the instruction that names it.
func (r *renderer) earlier(stage string) {
	if _, ok := r.stages[stage]; !ok || stage == r.stage {
		r.problem("There is no earlier stage %q. Name one with as in its from block; for an image, use image = ...", stage)
	}
}

type addFiles struct {
	files
	Checksum   string `json:"checksum"`
	KeepGitDir bool   `json:"keep_git_dir"`
	Unpack     *bool  `json:"unpack"`
}

func (a *addFiles) render(r *renderer) {
	words := append([]string{"ADD"}, a.flags(r, "an add")...)
	for _, source := range a.From {
		if !remote(source) {
			r.source(source)
		}
	}
	if a.Checksum != "" {
		if !regexp.MustCompile(`^([a-z0-9]+:)?[0-9a-f]{32,128}$`).MatchString(a.Checksum) {
			r.problem("%q is no checksum. Write one like \"sha256:...\".", a.Checksum)
		}
		r.need("25.0", "checksum of an add block")
		words = append(words, "--checksum="+a.Checksum)
	}
	if a.KeepGitDir {
		r.need("25.0", "keep_git_dir of an add block")
		words = append(words, "--keep-git-dir")
	}
	if a.Unpack != nil {
		r.need("29.0", "unpack of an add block")
		if *a.Unpack {
			words = append(words, "--unpack=true")
		} else {
			words = append(words, "--unpack=false")
		}
	}
	r.line(append(words, a.paths(r, "an add"))...)
}

// remote reports whether a source of ADD is fetched rather than taken from the context.
func remote(source string) bool {
	return strings.Contains(source, "://") || strings.HasPrefix(source, "git@")
}
