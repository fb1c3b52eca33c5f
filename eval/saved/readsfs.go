package saved

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// maxContent is how much of a file's content is kept: what functions make texts of. Of a larger one, which they
// can only digest, that it was there is kept, and it is read again.
const maxContent = 1 << 20

// FS answers for a directory, which is called dir in the answers. What is not known is asked of the inner one.
func (r *Reads) FS(dir string, inner fs.FS) fs.FS { return readsFS{r, dir, inner} }

type readsFS struct {
	reads *Reads
	dir   string
	inner fs.FS
}

func (f readsFS) name(name string) string { return path.Join(f.dir, name) }

// Open opens a file, to be read from what is known of it, or noted as it is read.
func (f readsFS) Open(name string) (fs.File, error) {
	known, ok := f.reads.seen(f.name(name))
	switch {
	case ok && known.Kind == absent:
		return nil, missing("open", name)
	case ok && known.whole():
		return openFile{strings.NewReader(known.content()), info{path.Base(name), known}}, nil
	}
	opened, err := f.inner.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		f.reads.note(f.name(name), Read{Kind: absent})
	}
	if err != nil {
		return nil, err
	}
	about, err := opened.Stat()
	if err != nil || !about.Mode().IsRegular() {
		return opened, nil
	}
	read := Read{Kind: file, Size: about.Size()}
	f.reads.note(f.name(name), read)
	return &noted{File: opened, whole: func(data []byte) {
		read.hold(data)
		f.reads.note(f.name(name), read)
	}}, nil
}

// Stat tells what a path is.
func (f readsFS) Stat(name string) (fs.FileInfo, error) {
	if known, ok := f.reads.seen(f.name(name)); ok {
		if known.Kind == absent {
			return nil, missing("stat", name)
		}
		return info{path.Base(name), known}, nil
	}
	about, err := fs.Stat(f.inner, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.reads.note(f.name(name), Read{Kind: absent})
	case err == nil:
		if kind, ok := kindOf(about.Mode()); ok {
			f.reads.note(f.name(name), Read{Kind: kind, Size: about.Size()})
		}
	}
	return about, err
}

// ReadDir lists a directory.
func (f readsFS) ReadDir(name string) ([]fs.DirEntry, error) {
	known, ok := f.reads.seen(f.name(name))
	if ok && known.Kind == absent {
		return nil, missing("readdir", name)
	}
	if ok && known.Listed {
		return known.entries(), nil
	}
	entries, err := fs.ReadDir(f.inner, name)
	if err != nil {
		return entries, err
	}
	read := Read{Kind: directory, Listed: true}
	for _, e := range entries {
		kind, ok := kindOf(e.Type())
		switch {
		case !ok:
			return entries, nil // a link, or what else there may be: it is looked at again
		case kind == directory:
			read.Names = append(read.Names, e.Name()+"/")
		default:
			read.Names = append(read.Names, e.Name())
		}
	}
	f.reads.note(f.name(name), read)
	return entries, nil
}

func missing(op, name string) error { return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist} }

func (r Read) entries() []fs.DirEntry {
	var entries []fs.DirEntry
	for _, name := range r.Names {
		kind := file
		if strings.HasSuffix(name, "/") {
			kind = directory
		}
		entries = append(entries, fs.FileInfoToDirEntry(info{strings.TrimSuffix(name, "/"), Read{Kind: kind}}))
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries
}

// info tells about a path what is known of it: no times, which no function shows.
type info struct {
	name string
	Read
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.Read.Size }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.Kind == directory }
func (i info) Sys() any           { return nil }
func (i info) Mode() fs.FileMode {
	if i.IsDir() {
		return fs.ModeDir | 0o755
	}
	return 0o644
}

// openFile is a file whose content is known.
type openFile struct {
	*strings.Reader
	about info
}

func (f openFile) Stat() (fs.FileInfo, error) { return f.about, nil }
func (f openFile) Close() error               { return nil }

// noted is a file that is read for the first time.
type noted struct {
	fs.File
	data  bytes.Buffer
	large bool
	whole func([]byte)
}

// Read notes what it reads, and that it was all.
func (n *noted) Read(p []byte) (int, error) {
	count, err := n.File.Read(p)
	if n.large = n.large || n.data.Len()+count > maxContent; n.large {
		n.data.Reset()
	} else {
		n.data.Write(p[:count])
	}
	if errors.Is(err, io.EOF) && !n.large {
		n.whole(n.data.Bytes())
	}
	return count, err
}
