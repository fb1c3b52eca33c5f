package lineedit

import (
	"os"
	"path/filepath"
	"strings"
)

// maxEntries is how many entries a history keeps; its file may have twice as many before it is cut.
const maxEntries = 1000

// History is what was entered earlier, in this run and those before. It is kept in a file that only its owner can
// read. A history without a file, or one that cannot be written, lasts as long as the program: it is a
// convenience, and no reason to fail.
type History struct {
	file    string // empty for none
	entries []string
}

// OpenHistory reads the history from a file, which need not exist yet.
func OpenHistory(file string) *History {
	h := &History{file: file}
	text, err := os.ReadFile(file)
	if err != nil {
		return h
	}
	h.entries = strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	if over := len(h.entries) - maxEntries; over > 0 {
		h.entries = h.entries[over:]
		if over > maxEntries {
			h.rewrite()
		}
	}
	return h
}

// StateFile is the path of a file of the program's in the user's state directory: that of XDG_STATE_HOME, else
// ~/.local/state. It is empty where the user has no home.
func StateFile(env func(string) (string, bool), name string) string {
	if dir, _ := env("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "recipe", name)
	}
	home, _ := env("HOME")
	if !filepath.IsAbs(home) {
		return ""
	}
	return filepath.Join(home, ".local", "state", "recipe", name)
}

// Remember adds an entry, unless it is empty, the same as the last one or begins with a space: that is how somebody
// keeps a line out of the history.
func (h *History) Remember(entry string) {
	if strings.TrimSpace(entry) == "" || strings.HasPrefix(entry, " ") || strings.Contains(entry, "\n") {
		return
	}
	if n := len(h.entries); n > 0 && h.entries[n-1] == entry {
		return
	}
	h.entries = append(h.entries, entry)
	h.append(entry)
}

func (h *History) append(entry string) {
	if h.file == "" || os.MkdirAll(filepath.Dir(h.file), 0o700) != nil {
		return
	}
	f, err := os.OpenFile(h.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	if f.Chmod(0o600) == nil { // one that others made readable stays so no longer
		_, _ = f.WriteString(entry + "\n")
	}
}

func (h *History) rewrite() {
	temporary, err := os.CreateTemp(filepath.Dir(h.file), ".history-*") // readable by its owner alone
	if err != nil {
		return
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.WriteString(strings.Join(h.entries, "\n") + "\n")
	if temporary.Close() == nil && err == nil {
		_ = os.Rename(temporary.Name(), h.file)
	}
}

// Add is called by the terminal with every line; what is worth keeping comes by Remember.
func (h *History) Add(string) {}

// Len is the number of entries.
func (h *History) Len() int { return len(h.entries) }

// At returns an entry, the latest being 0.
func (h *History) At(i int) string { return h.entries[len(h.entries)-1-i] }
