package container

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
)

func secrets(values map[string]string) kind.Inputs {
	return kind.Inputs{Secret: func(path string) (string, error) {
		if value, ok := values[path]; ok {
			return value, nil
		}
		return "", errors.New("unknown")
	}}
}

func TestPack(t *testing.T) {
	files := map[string]File{
		"/etc/b.conf": {Content: state.Text{Secret: "file./etc/b.conf.content"}, Mode: "0400", User: 1000, Group: 2000},
		"/etc/a.conf": {Content: state.Text{Plain: "plain\n"}, Mode: "0444"},
	}
	in := secrets(map[string]string{"file./etc/b.conf.content": "s3cret"})
	archive, err := pack(files, in)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for r := tar.NewReader(bytes.NewReader(archive)); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		content, _ := io.ReadAll(r)
		lines = append(lines, fmt.Sprintf("%s %o %d:%d %q", h.Name, h.Mode, h.Uid, h.Gid, content))
	}
	want := "etc/a.conf 444 0:0 \"plain\\n\"\netc/b.conf 400 1000:2000 \"s3cret\""
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if again, err := pack(files, in); err != nil || !bytes.Equal(archive, again) {
		t.Errorf("equal files give other archives, %v", err)
	}
}

func TestPackRefuses(t *testing.T) {
	for want, f := range map[string]File{
		`file "/a": unknown`:             {Content: state.Text{Secret: "x"}, Mode: "0444"},
		`file "/a": mode "rw" is not an`: {Mode: "rw"},
	} {
		if _, err := pack(map[string]File{"/a": f}, secrets(nil)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
