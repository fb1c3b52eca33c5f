package saved

import (
	"encoding/json"
	"io/fs"
	"maps"
	"strings"
	"sync"
	"unicode/utf8"
)

// Reads are the answers that a recipe's functions got from outside the recipe. Each question is answered once, and
// the same way ever after: also by the answers that were read from a file.
type Reads struct {
	mu      sync.Mutex
	answers answers
	// secrets are values that became sensitive while the recipe was evaluated.
	secrets map[string]bool
}

type answers struct {
	// Files are by directory, as the recipe was named on the command line, and path.
	Files map[string]*Read `json:"files,omitempty"`
	// Env are variables of the environment; nil is one that is not set.
	Env map[string]*string `json:"env,omitempty"`
	// Revisions are git's, by directory.
	Revisions map[string]string `json:"revisions,omitempty"`
}

// Read is what was seen of a path: that there is nothing, a directory, or a file, whose content is there when
// it was read to its end and is not too large.
type Read struct {
	Kind  string   `json:"kind"` // absent, directory, file
	Names []string `json:"names,omitempty"`
	Text  *string  `json:"text,omitempty"`
	Data  []byte   `json:"data,omitempty"` // in place of Text for what is no text
	// Size is that of the file in bytes.
	Size int64 `json:"size,omitempty"`
	// Listed says that Names are all of the directory's, those of directories ending with a slash.
	Listed bool `json:"listed,omitempty"`
}

// The kinds of Read.
const (
	absent    = "absent"
	directory = "directory"
	file      = "file"
)

// MarshalJSON writes the answers alone.
func (r *Reads) MarshalJSON() ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return json.Marshal(r.answers)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Reads) UnmarshalJSON(data []byte) error { return json.Unmarshal(data, &r.answers) }

// Env answers what an environment variable holds.
func (r *Reads) Env(ask func(string) (string, bool)) func(string) (string, bool) {
	return func(name string) (string, bool) {
		r.mu.Lock()
		defer r.mu.Unlock()
		known, ok := r.answers.Env[name]
		if !ok {
			if value, set := ask(name); set {
				known = &value
			}
			put(&r.answers.Env, name, known)
		}
		if known == nil {
			return "", false
		}
		return *known, true
	}
}

// Revision answers which git revision a directory is of.
func (r *Reads) Revision(dir string, ask func() (string, error)) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.answers.Revisions[dir]; ok {
		return known, nil
	}
	revision, err := ask()
	if err == nil {
		put(&r.answers.Revisions, dir, revision)
	}
	return revision, err
}

// Secret notes a value that is sensitive.
func (r *Reads) Secret(value string) {
	if value == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	put(&r.secrets, value, true)
}

// Plain is what may be shown of the answers: those in which no sensitive value stands, whether as what was asked or
// as what was answered. The others are asked for again.
func (r *Reads) Plain() *Reads {
	r.mu.Lock()
	defer r.mu.Unlock()
	kept := answers{maps.Clone(r.answers.Files), maps.Clone(r.answers.Env), maps.Clone(r.answers.Revisions)}
	maps.DeleteFunc(kept.Files, func(name string, read *Read) bool {
		return r.leaks(name) || r.leaks(strings.Join(read.Names, "\n")) || r.leaks(read.content())
	})
	maps.DeleteFunc(kept.Env, func(name string, value *string) bool {
		return r.leaks(name) || value != nil && r.leaks(*value)
	})
	maps.DeleteFunc(kept.Revisions, func(dir, _ string) bool { return r.leaks(dir) })
	return &Reads{answers: kept}
}

func (r *Reads) leaks(text string) bool {
	for secret := range r.secrets {
		if strings.Contains(text, secret) {
			return true
		}
	}
	return false
}

func (r *Read) content() string {
	if r.Text != nil {
		return *r.Text
	}
	return string(r.Data)
}

// hold keeps the content of a file.
func (r *Read) hold(data []byte) {
	if utf8.Valid(data) {
		text := string(data)
		r.Text = &text
		return
	}
	r.Data = data
}

// whole tells whether the content is there.
func (r *Read) whole() bool { return r.Text != nil || r.Data != nil }

// seen gives what is known of a path.
func (r *Reads) seen(name string) (Read, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.answers.Files[name]; known != nil {
		return *known, true
	}
	return Read{}, false
}

// note keeps what was seen of a path, unless more is known of it.
func (r *Reads) note(name string, read Read) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.answers.Files[name]; known != nil && (known.whole() || known.Listed) {
		return
	}
	put(&r.answers.Files, name, &read)
}

func put[V any](m *map[string]V, key string, value V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = value
}

// kindOf tells what a path is; ok is false for what is not told in a plan, such as a pipe.
func kindOf(mode fs.FileMode) (kind string, ok bool) {
	switch {
	case mode.IsDir():
		return directory, true
	case mode.IsRegular():
		return file, true
	}
	return "", false
}
