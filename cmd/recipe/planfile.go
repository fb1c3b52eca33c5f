package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/deployrecipe/recipe/eval/saved"
)

// planFileMode lets its owner alone read a plan: it tells all of a deployment but its secrets.
const planFileMode = 0o600

// replaceable refuses to write a plan over what is none.
func replaceable(name string) error {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fail(unwritable(name, err))
	case !info.Mode().IsRegular():
		return failf("File cannot be written", "%q is no regular file. Give the name of a file to --out.", name)
	case info.Size() == 0: // as mktemp makes it
		return nil
	}
	begin, err := beginning(name)
	if err == nil && !saved.Is(begin) {
		return failf("Another file is there", "%q exists and is not a saved plan, so it is not written over. Give another name to --out, or remove it.", name)
	}
	return err
}

// writePlan writes a plan's file at once, so that nobody reads half of it.
func writePlan(name string, f *saved.File) error {
	text, err := saved.Encode(f)
	if err != nil {
		return err
	}
	if len(text) > saved.MaxSize {
		return failf("The plan is too large", "It takes more than %d MiB to save.", saved.MaxSize>>20)
	}
	if err := replace(name, text, planFileMode); err != nil {
		return fail(unwritable(name, err))
	}
	return nil
}

// isPlan tells a saved plan, or what can only be meant as one, from a recipe's directory or file.
func isPlan(path string) bool {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		return false
	}
	begin, err := beginning(path)
	return err == nil && saved.Is(begin) || !strings.HasSuffix(path, ".hcl") && !strings.HasSuffix(path, ".json")
}

// readPlan reads a saved plan.
func readPlan(path string) (*saved.File, error) {
	text, err := readBounded(path)
	if err == nil {
		var f *saved.File
		if f, err = saved.Decode(text); err == nil {
			return f, nil
		}
	}
	var problem *saved.Problem
	if !errors.As(err, &problem) {
		return nil, failf("File cannot be read", "Reading %q failed: %s.", path, reason(err))
	}
	return nil, failf(problem.Summary, "%s: %s Save a plan with \"recipe plan --out FILE\".", path, problem.Text)
}

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errors.New("it is a directory, not a saved plan")
	}
	begin, err := beginning(path)
	if err == nil && info.Mode().IsRegular() && info.Size() > saved.MaxSize && saved.Is(begin) {
		return nil, saved.TooLarge()
	}
	if err == nil && len(begin) > 0 && info.Mode().IsRegular() && !saved.Is(begin) {
		return begin, nil // decoding says what it is not
	}
	return io.ReadAll(io.LimitReader(f, saved.MaxSize+1))
}

// beginning reads as much of a regular file as tells what it is.
func beginning(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(f, 512))
}
