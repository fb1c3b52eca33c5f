package saved

import (
	"io/fs"
	"path"
	"strings"
)

// Sources is a file system of sources by the names that they were loaded by, which may be absolute or begin with ".."
// as those that people use do. It has the directories that the files are in.
type Sources map[string]string

// Open opens a source.
func (s Sources) Open(name string) (fs.File, error) {
	name = path.Clean(name)
	if text, ok := s[name]; ok {
		return openFile{strings.NewReader(text), info{path.Base(name), Read{Kind: file, Size: int64(len(text))}}}, nil
	}
	if about := (info{path.Base(name), Read{Kind: directory}}); s.holds(name) {
		return openFile{strings.NewReader(""), about}, nil
	}
	return nil, missing("open", name)
}

// ReadDir lists the sources of a directory.
func (s Sources) ReadDir(name string) ([]fs.DirEntry, error) {
	dir := Read{Kind: directory}
	for source := range s {
		if path.Dir(source) == path.Clean(name) {
			dir.Names = append(dir.Names, path.Base(source))
		}
	}
	return dir.entries(), nil
}

func (s Sources) holds(dir string) bool {
	for source := range s {
		if path.Dir(source) == dir {
			return true
		}
	}
	return false
}
