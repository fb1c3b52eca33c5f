package saved

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Moved says what is otherwise than it was when the plan was made, a line each: what object, which field, from
// what to what.
func Moved(before, after []Object) []string {
	key := func(o Object) string { return o.Type + " " + o.Name }
	was, is := map[string]Object{}, map[string]Object{}
	for _, o := range before {
		was[key(o)] = o
	}
	for _, o := range after {
		is[key(o)] = o
	}
	var lines []string
	for _, o := range before {
		switch now, there := is[key(o)]; {
		case !there:
			lines = append(lines, key(o)+" is gone")
		case now.Digest != o.Digest:
			lines = append(lines, fields(key(o), o.Fields, now.Fields)...)
		}
	}
	for _, o := range after {
		if _, there := was[key(o)]; !there {
			lines = append(lines, key(o)+" is new")
		}
	}
	return lines
}

// keys are those of two maps, sorted.
func keys(before, after map[string]string) []string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(before)), maps.Keys(after))
	slices.Sort(all)
	return slices.Compact(all)
}

func fields(of string, before, after map[string]string) []string {
	var lines []string
	for _, name := range keys(before, after) {
		was, is := before[name], after[name]
		switch {
		case was == is, was == Unseen, is == Unseen:
		case strings.Contains(was+is, "\n"):
			lines = append(lines, of+": "+name+" was edited:"+edits(was, is))
		case was == "":
			lines = append(lines, fmt.Sprintf("%s: %s is now %s", of, name, is))
		case is == "":
			lines = append(lines, fmt.Sprintf("%s: %s was %s, and is not any more", of, name, was))
		default:
			lines = append(lines, fmt.Sprintf("%s: %s was %s, and is now %s", of, name, was, is))
		}
	}
	return lines
}

// edits are the lines that a text lost and got, each once, the first few.
func edits(before, after string) string {
	const most = 6
	var lines []string
	note := func(line string) { // services have many lines in common, which are told once
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	was, is := strings.Split(before, "\n"), strings.Split(after, "\n")
	for _, line := range was {
		if !slices.Contains(is, line) {
			note("- " + strings.TrimSpace(line))
		}
	}
	for _, line := range is {
		if !slices.Contains(was, line) {
			note("+ " + strings.TrimSpace(line))
		}
	}
	if len(lines) > most {
		lines = append(lines[:most], fmt.Sprintf("and %d more lines", len(lines)-most))
	}
	return "\n    " + strings.Join(lines, "\n    ")
}

// Wants says what the recipe wants otherwise than when the plan was made, although its text is the same: by the
// files of build contexts, which are read again, and by what is asked for again.
func Wants(before, after []Wanted) []string {
	is := map[string]Wanted{}
	for _, w := range after {
		is[w.Addr.String()] = w
	}
	var lines []string
	for _, w := range before {
		name := w.Addr.String()
		now, there := is[name]
		switch files := contexts(w.Context, now.Context); {
		case !there:
			lines = append(lines, name+" is not wanted any more")
		case len(files) > 0:
			lines = append(lines, fmt.Sprintf("%s: files of its build context: %s", name, strings.Join(files, ", ")))
		case now.Digest != w.Digest:
			lines = append(lines, name+" is wanted otherwise: a secret, or a file that is read again, is not what it was")
		}
		delete(is, name)
	}
	for _, name := range slices.Sorted(maps.Keys(is)) {
		lines = append(lines, name+" is wanted now, and was not")
	}
	return lines
}

// contexts tells which files differ, the first few.
func contexts(before, after map[string]string) []string {
	var list []string
	for _, path := range keys(before, after) {
		switch was, is := before[path], after[path]; {
		case was == is:
		case was == "":
			list = append(list, path+" is new")
		case is == "":
			list = append(list, path+" is gone")
		default:
			list = append(list, path+" changed")
		}
	}
	const most = 8
	if len(list) > most {
		list = append(list[:most], fmt.Sprintf("and %d more", len(list)-most))
	}
	return list
}
