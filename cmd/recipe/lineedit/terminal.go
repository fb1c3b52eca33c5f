package lineedit

import (
	"context"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"
)

// Complete returns what may stand in place of a word that somebody began.
type Complete func(word string) []string

// Terminal reads lines from a terminal. It is in raw mode while a line is being read and as it was before otherwise.
func Terminal(in, out *os.File, h *History, complete Complete) Reader {
	t := &terminal{in: in, out: out, history: h, complete: complete, keys: &keys{ReadWriter: pair{in, out}}}
	t.reset()
	return t
}

type terminal struct {
	in, out  *os.File
	history  *History
	complete Complete
	keys     *keys
	term     *term.Terminal
}

type pair struct {
	io.Reader
	io.Writer
}

// keys notes Ctrl-C on its way to the line editor, which makes an end of file of it.
type keys struct {
	io.ReadWriter
	interrupted bool
}

const ctrlC = 3

func (k *keys) Read(p []byte) (int, error) {
	n, err := k.ReadWriter.Read(p)
	if slices.Contains(p[:n], ctrlC) {
		k.interrupted = true
	}
	return n, err
}

// reset makes a line editor without anything typed.
func (t *terminal) reset() {
	t.keys.interrupted = false
	t.term = term.NewTerminal(t.keys, "")
	t.term.History = t.history
	t.term.AutoCompleteCallback = t.key
}

func (t *terminal) Remember(entry string) { t.history.Remember(entry) }

func (t *terminal) ReadLine(ctx context.Context, prompt string) (string, error) {
	before, err := term.MakeRaw(int(t.in.Fd()))
	if err != nil {
		return "", err
	}
	defer term.Restore(int(t.in.Fd()), before)
	if columns, rows, err := term.GetSize(int(t.out.Fd())); err == nil && columns > 0 {
		_ = t.term.SetSize(columns, rows)
	}
	t.term.SetBracketedPasteMode(true) // so that a tab in what is pasted completes nothing
	defer t.term.SetBracketedPasteMode(false)
	t.term.SetPrompt(prompt)
	return t.read(ctx)
}

func (t *terminal) read(ctx context.Context) (string, error) {
	line, err := until(ctx, t.term.ReadLine)
	switch {
	case err == term.ErrPasteIndicator:
		err = nil
	case err == io.EOF && t.keys.interrupted:
		_, _ = io.WriteString(t.out, "^C\r\n")
		t.reset()
		return "", ErrInterrupted
	case err == io.EOF:
		_, _ = io.WriteString(t.out, "\r\n")
	}
	return line, err
}

// key completes the word before the cursor when somebody presses tab. Where several words go on from there, what they
// share is added, or else they are listed.
func (t *terminal) key(line string, pos int, key rune) (string, int, bool) {
	if key != '\t' {
		return "", 0, false
	}
	start := strings.LastIndexFunc(line[:pos], notOfWord) + 1
	word := line[start:pos]
	candidates := t.complete(word)
	if len(candidates) == 0 {
		return line, pos, true
	}
	shared := candidates[0]
	for _, c := range candidates {
		for !strings.HasPrefix(c, shared) {
			shared = shared[:len(shared)-1]
		}
	}
	if shared == word && len(candidates) > 1 {
		columns, _, _ := term.GetSize(int(t.out.Fd()))
		_, _ = io.WriteString(t.term, listed(candidates, word, columns))
		return line, pos, true
	}
	return line[:start] + shared + line[pos:], start + len(shared), true
}

// listed writes candidates in columns, without what the word says before its last dot.
func listed(candidates []string, word string, columns int) string {
	if columns <= 0 {
		columns = 80
	}
	said := strings.LastIndexByte(word, '.') + 1
	widest := 0
	for _, c := range candidates {
		widest = max(widest, len(c)-said+2)
	}
	var b strings.Builder
	for row := range slices.Chunk(candidates, max(1, columns/widest)) {
		for _, c := range row {
			b.WriteString(c[said:] + strings.Repeat(" ", widest-len(c)+said))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// notOfWord tells whether a letter ends a reference or a function's name.
func notOfWord(r rune) bool {
	return !(r == '.' || r == '_' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z')
}
