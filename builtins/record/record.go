// Package record keeps what the last apply left behind: the desired state it applied, what build contexts held,
// which jobs ran for which release, and the history of releases with how each ended.
//
// Labels cannot hold it, since they never change, so it is one file in a volume of the recipe's own. An apply
// writes it through its helper, under the lock. Whoever plans reads it without a helper and without a lock, out
// of a container that mounts the volume and is never started. The record is evidence, for explaining and for
// history: one that is missing, damaged or of a later format is as good as an empty one, and only a note.
package record

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/eval/state"
)

// Format is the version of the file's form.
const Format = 1

const (
	fileName = "record.json"
	// Entries of the history that are kept, and the most that a file is read of: an entry is some 300 bytes,
	// but a context may have 100,000 files.
	keepHistory = 100
	maxSize     = 64 << 20
)

// Files is how a record is written: by a helper's session.
type Files interface {
	ReadFiles(ctx context.Context, dir string, paths ...string) (map[string][]byte, error)
	WriteFiles(ctx context.Context, dir string, files []helper.File, remove ...string) error
	RecordKept(context.Context) error
}

// Read reads a recipe's record while planning. A record that cannot be understood gives an empty one, and a note
// that says so; an error means that the engine could not be asked.
func Read(ctx context.Context, r engine.Reader, recipe string) (*state.Recorded, string, error) {
	archive, err := r.ReadArchive(ctx, helper.RecordName(recipe), helper.RecordDir+"/"+fileName)
	if errors.Is(err, engine.ErrNotFound) {
		return empty(), "", nil
	}
	if err != nil {
		return nil, "", fmt.Errorf("reading the record of recipe %s: %w", recipe, err)
	}
	defer archive.Close()
	files := tar.NewReader(archive)
	if _, err := files.Next(); err != nil {
		return nil, "", fmt.Errorf("reading the record of recipe %s: %w", recipe, err)
	}
	data, err := io.ReadAll(io.LimitReader(files, maxSize))
	if err != nil {
		return nil, "", fmt.Errorf("reading the record of recipe %s: %w", recipe, err)
	}
	recorded, note := parse(data)
	return recorded, note, nil
}

// ReadThrough reads the record during an apply.
func ReadThrough(ctx context.Context, files Files) (*state.Recorded, string, error) {
	found, err := files.ReadFiles(ctx, helper.RecordDir, fileName)
	if err != nil {
		return nil, "", fmt.Errorf("reading the recipe's record: %w", err)
	}
	recorded, note := In(found)
	return recorded, note, nil
}

// In finds the record among the files of its volume.
func In(files map[string][]byte) (*state.Recorded, string) {
	data, ok := files[fileName]
	if !ok {
		return empty(), ""
	}
	return parse(data)
}

func empty() *state.Recorded { return &state.Recorded{Format: Format} }

func parse(data []byte) (*state.Recorded, string) {
	var version struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &version); err != nil {
		return empty(), "The record of earlier applies is damaged and is not used: plans explain less, and jobs' history starts anew."
	}
	if version.Format != Format {
		return empty(), fmt.Sprintf("The record of earlier applies has format %d, which this version of recipe does not read: plans explain less.", version.Format)
	}
	recorded := empty()
	if err := json.Unmarshal(data, recorded); err != nil {
		return empty(), "The record of earlier applies is damaged and is not used: plans explain less, and jobs' history starts anew."
	}
	return recorded, ""
}

// Write replaces the record. Only the last hundred entries of its history are kept. A record that a later
// version wrote is left alone.
func Write(ctx context.Context, files Files, recorded *state.Recorded) error {
	found, err := files.ReadFiles(ctx, helper.RecordDir, fileName)
	if err != nil {
		return fmt.Errorf("writing the recipe's record: %w", err)
	}
	var there struct {
		Format int `json:"format"`
	}
	if json.Unmarshal(found[fileName], &there) == nil && there.Format > Format {
		return fmt.Errorf("writing the recipe's record: a later version of recipe has written it in format %d: use that version", there.Format)
	}
	kept := *recorded
	kept.Format = Format
	kept.History = slices.Clone(kept.History[max(0, len(kept.History)-keepHistory):])
	data, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("writing the recipe's record: %w", err)
	}
	file := helper.File{Path: fileName, Data: append(data, '\n'), Mode: 0o600}
	if err := files.WriteFiles(ctx, helper.RecordDir, []helper.File{file}); err != nil {
		return fmt.Errorf("writing the recipe's record: %w", err)
	}
	return files.RecordKept(ctx)
}

// Append adds an entry to the history, timed now where it has no time.
func Append(recorded *state.Recorded, entry state.Entry) {
	if entry.Time == "" {
		entry.Time = time.Now().UTC().Format(time.RFC3339)
	}
	recorded.History = append(recorded.History, entry)
}
