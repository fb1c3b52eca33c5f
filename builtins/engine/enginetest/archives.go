package enginetest

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"

	"github.com/deployrecipe/recipe/builtins/engine"
)

func archivesTests() tests {
	return tests{
		"archives of a container never started": archiveRoundTrip,
		"archives reach a volume":               archiveThroughVolume,
	}
}

// files reads an archive as names with texts.
func (w *world) files(id, path string) map[string]string {
	w.Helper()
	body, err := w.ReadArchive(w.ctx, id, path)
	w.need(err)
	defer body.Close()
	found := map[string]string{}
	archive := tar.NewReader(body)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		w.need(err)
		text, err := io.ReadAll(archive)
		w.need(err)
		found[header.Name] = string(text)
	}
}

func archiveRoundTrip(w *world) {
	id := w.create(w.spec("a", "serve"))
	archive := Tar(w, map[string]string{"one": "1", "sub/": "", "sub/two": "22"})
	w.need(w.WriteArchive(w.ctx, id, "/data", bytes.NewReader(archive)))
	got := w.files(id, "/data")
	if got["data/one"] != "1" || got["data/sub/two"] != "22" {
		w.Errorf("read back %v", got)
	}
	if got := w.files(id, "/data/sub/two"); len(got) != 1 || got["two"] != "22" {
		w.Errorf("read back one file as %v", got)
	}
	_, err := w.ReadArchive(w.ctx, id, "/data/none")
	w.want(err, engine.ErrNotFound)
	w.want(w.WriteArchive(w.ctx, id, "/none", bytes.NewReader(archive)), engine.ErrNotFound)
	w.need(w.WriteArchive(w.ctx, id, "/data", bytes.NewReader(Tar(w, map[string]string{"one": "new"}))))
	if got := w.files(id, "/data"); got["data/one"] != "new" || got["data/sub/two"] != "22" {
		w.Errorf("after a second write: %v", got)
	}
}

func archiveThroughVolume(w *world) {
	volume := w.volume("vol")
	for i, name := range []string{"a", "b"} {
		spec := w.spec(name, "serve")
		spec.Mounts = []engine.Mount{{Volume: volume, Target: "/record"}}
		id := w.create(spec)
		if i == 0 {
			w.need(w.WriteArchive(w.ctx, id, "/record", bytes.NewReader(Tar(w, map[string]string{"state": "kept"}))))
			w.need(w.RemoveContainer(w.ctx, id))
		} else if got := w.files(id, "/record/state"); got["state"] != "kept" {
			w.Errorf("the volume holds %v", got)
		}
	}
}
