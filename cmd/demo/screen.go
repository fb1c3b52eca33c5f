package main

import (
	"fmt"
	"os"

	"golang.org/x/term"
)

// screen is where the demo is shown: in colour on a terminal, plain elsewhere.
type screen struct {
	out   *os.File
	color bool
	acts  int // shown so far
}

func newScreen(out *os.File) *screen {
	color := term.IsTerminal(int(out.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	return &screen{out: out, color: color}
}

func (s *screen) paint(code, text string) string {
	if !s.color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// old and new paint what belongs to a release.
func (s *screen) old(text string) string { return s.paint("34", text) }
func (s *screen) new(text string) string { return s.paint("32", text) }

// width is the number of columns, 0 for what is no terminal.
func (s *screen) width() int {
	columns, _, err := term.GetSize(int(s.out.Fd()))
	if err != nil {
		return 0
	}
	return columns
}

func (s *screen) heading(title string) {
	s.acts++
	fmt.Fprintf(s.out, "\n%s\n", s.paint("1;36", fmt.Sprintf("== %d. %s ==", s.acts, title)))
}

// command shows what is run as a person would type it.
func (s *screen) command(format string, args ...any) {
	fmt.Fprintf(s.out, "\n%s %s\n", s.paint("2", "$"), s.paint("1", fmt.Sprintf(format, args...)))
}

func (s *screen) note(format string, args ...any) { fmt.Fprintf(s.out, format+"\n", args...) }

// count shows what became of requests. Endless streams that outlived the drain limit are no failures, so they
// are told apart.
func (s *screen) count(requests, failed, cut int) {
	code := "1;32"
	if failed > 0 {
		code = "1;31"
	}
	fmt.Fprintln(s.out, s.paint(code, fmt.Sprintf("requests: %d, failed: %d", requests, failed)))
	if cut > 0 {
		fmt.Fprintf(s.out, "streams cut after they had outlived the drain limit: %d\n", cut)
	}
}
