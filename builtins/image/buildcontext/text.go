package buildcontext

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// maxText is how many bytes a Dockerfile or .dockerignore may have; builders take no larger Dockerfile either.
const maxText = 2 << 20

// ReadText reads a Dockerfile, or a file that goes with one. What is no regular file is not opened, since a pipe or
// device may never end. An error does not name the file; that there is none is fs.ErrNotExist.
func ReadText(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, bare(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, bare(err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxText+1))
	switch {
	case err != nil:
		return nil, bare(err)
	case len(text) > maxText:
		return nil, fmt.Errorf("it has more than %d MiB", maxText>>20)
	}
	return text, nil
}

// bare drops the path that an error of the os package names.
func bare(err error) error {
	if at := (*os.PathError)(nil); errors.As(err, &at) {
		return at.Err
	}
	return err
}
