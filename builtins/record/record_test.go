package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine/enginetest"
	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/builtins/helper/helpertest"
	"github.com/deployrecipe/recipe/builtins/record"
	"github.com/deployrecipe/recipe/eval/state"
)

func TestRecord(t *testing.T) {
	t.Parallel()
	e := enginetest.Docker(t)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	o := helpertest.Options(t, e, helpertest.Recipe(t, e), "")
	name := o.Recipe.Name

	got, note, err := record.Read(ctx, e, name)
	if err != nil || note != "" || got == nil || len(got.History) != 0 {
		t.Errorf("before there is one: %+v, %q, %v", got, note, err)
	}
	s := helpertest.Open(t, e, o)
	if got, _, err := record.ReadThrough(ctx, s); err != nil || len(got.History) != 0 {
		t.Errorf("before there is one: %+v, %v", got, err)
	}
	want := &state.Recorded{
		Format:    record.Format,
		Resources: map[string]json.RawMessage{"service.web": json.RawMessage(`{"image":"redis:7"}`)},
		Contexts:  map[string]state.Manifest{"image.web": {"main.go": "sha256:1"}},
		Jobs:      map[string]string{"job.migrate": "3fa9c2e1"},
	}
	for i := range 120 {
		record.Append(want, state.Entry{Plan: fmt.Sprint(i), By: "tester", Result: "applied"})
	}
	if err := record.Write(ctx, s, want); err != nil {
		t.Fatal(err)
	}
	want.History = want.History[20:]
	check := func(when string) {
		t.Helper()
		began := time.Now()
		got, note, err := record.Read(ctx, e, name)
		t.Logf("reading %s takes %v", when, time.Since(began))
		if err != nil || note != "" || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %q, %v", when, got, note, err)
		}
	}
	check("under the lock")
	if got, _, err := record.ReadThrough(ctx, s); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("through the session: %+v, %v", got, err)
	}
	if err := s.Close(ctx); err != nil {
		t.Fatal(err)
	}
	check("without a session")
}

func TestRecordIsDropped(t *testing.T) {
	t.Parallel()
	e := enginetest.Docker(t)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	o := helpertest.Options(t, e, helpertest.Recipe(t, e), "")
	s := helpertest.Open(t, e, o)
	if err := record.Write(ctx, s, &state.Recorded{}); err != nil {
		t.Fatal(err)
	}
	s.DropRecord()
	if err := s.Close(ctx); err != nil {
		t.Fatal(err)
	}
	volumes, err := e.Volumes(ctx, map[string]string{"recipe.name": o.Recipe.Name})
	containers, err2 := e.Containers(ctx, map[string]string{"recipe.name": o.Recipe.Name})
	if len(volumes)+len(containers) > 0 || err != nil || err2 != nil {
		t.Errorf("left are %v and %v (%v, %v)", volumes, containers, err, err2)
	}
}

// memory is a session that holds files only.
type memory map[string][]byte

func (m memory) ReadFiles(context.Context, string, ...string) (map[string][]byte, error) {
	return m, nil
}

func (m memory) WriteFiles(_ context.Context, _ string, files []helper.File, _ ...string) error {
	for _, f := range files {
		m[f.Path] = f.Data
	}
	return nil
}

func (m memory) RecordKept(context.Context) error { return nil }

func TestRecordThatCannotBeRead(t *testing.T) {
	for text, want := range map[string]string{
		`{"format":`:                     "damaged",
		`{"format":1,"history":"wrong"}`: "damaged",
		`{"format":2,"history":"newer"}`: "format 2",
		``:                               "damaged",
	} {
		files := memory{"record.json": []byte(text)}
		got, note, err := record.ReadThrough(context.Background(), files)
		if err != nil || !strings.Contains(note, want) || !reflect.DeepEqual(got, &state.Recorded{Format: record.Format}) {
			t.Errorf("%q: %+v, %q, %v", text, got, note, err)
		}
		err = record.Write(context.Background(), files, got)
		if newer := strings.Contains(want, "2"); newer != (err != nil) {
			t.Errorf("%q: writing over it: %v", text, err)
		}
	}
}
