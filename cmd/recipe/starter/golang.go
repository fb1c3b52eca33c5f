package starter

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

type goBuild struct {
	Version string // of the toolchain
	Package string // the main package, as go build takes it
	Binary  string
}

func golang() language {
	return language{
		name: "go", ignore: []string{"*_test.go"},
		find: func(fsys fs.FS) (any, int, string, bool) {
			mod := read(fsys, "go.mod")
			if mod == "" {
				return nil, 0, "", false
			}
			b := goBuild{Version: first(`(?m)^go (\d+\.\d+)`, mod, "1.26"), Package: "."}
			if !isMain(fsys, ".") {
				b.Package = "./" + program(fsys)
			}
			b.Binary = path.Base(b.Package)
			if b.Package == "." {
				b.Binary = path.Base(first(`(?m)^module\s+(\S+)`, mod, "app"))
			}
			return b, 8080, "", true
		},
	}
}

// program is the directory of the program below cmd, the first one of several.
func program(fsys fs.FS) string {
	entries, err := fs.ReadDir(fsys, "cmd")
	if err == nil {
		for _, e := range entries {
			if dir := path.Join("cmd", e.Name()); e.IsDir() && isMain(fsys, dir) {
				return dir
			}
		}
	}
	return ""
}

func isMain(fsys fs.FS, dir string) bool {
	files, err := fs.Glob(fsys, path.Join(dir, "*.go"))
	return err == nil && slices.ContainsFunc(files, func(name string) bool {
		return !strings.HasSuffix(name, "_test.go") && first(`(?m)^package (main)\b`, read(fsys, name), "") != ""
	})
}
