package restart

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// clear removes what is left of a machine that does not run: what its containers had mounted, its directory, and
// its control groups, which are the one thing that a machine shares with the one it lives on.
func clear(dir string) error {
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(table)) {
		if at := strings.Fields(line)[4]; strings.HasPrefix(at, dir+"/") {
			_ = syscall.Unmount(at, syscall.MNT_DETACH)
		}
	}
	groups, err := filepath.Glob("/sys/fs/cgroup/*/" + group(dir))
	if err != nil {
		return err
	}
	for _, root := range append(groups, "/sys/fs/cgroup/"+group(dir)) {
		err = errors.Join(err, removeGroups(root))
	}
	return errors.Join(err, retried(func() error { return os.RemoveAll(dir) }))
}

// group is the control group that a machine's containers are in.
func group(dir string) string { return filepath.Base(dir) }

// removeGroups removes a control group and those below it. What is in them as files belongs to the kernel.
func removeGroups(root string) error {
	var found []string
	_ = filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			found = append(found, path)
		}
		return nil
	})
	var failed error
	for _, path := range slices.Backward(found) {
		failed = errors.Join(failed, retried(func() error { return syscall.Rmdir(path) }))
	}
	return failed
}

// retried tries for a while: the kernel lets go of what ended processes had some time after them.
func retried(remove func() error) error {
	err := remove()
	for end := time.Now().Add(10 * time.Second); err != nil && !errors.Is(err, os.ErrNotExist) && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
		err = remove()
	}
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
