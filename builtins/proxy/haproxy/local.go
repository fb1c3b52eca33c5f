package haproxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/deployrecipe/recipe/builtins/listening"
	"github.com/deployrecipe/recipe/builtins/proxy"
)

// Local is the Host of a directory that this process can reach.
type Local struct {
	// Dir is the edge's directory as this process sees it.
	Dir string
	// Binary is haproxy's path, for Check. It may be empty where CheckDir is set.
	Binary string
	// CheckDir, where set, checks the configuration in cfg below a directory beside the edge's files, named
	// relative to the edge's directory, since it may be read by a HAProxy in a container.
	CheckDir func(ctx context.Context, dir string) (output string, err error)
	// Output, where set, tells what HAProxy wrote, as Log does; without it nothing is known.
	Output func(ctx context.Context, q proxy.LogQuery, each func(line []byte) error) error
	// ReloadBy, where set, reloads in place of the master's own command.
	ReloadBy func(context.Context) error
}

var _ Host = (*Local)(nil)

// ReadFiles implements Host.
func (l *Local) ReadFiles(ctx context.Context) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, folder := range []string{"cfg", "maps"} {
		entries, err := os.ReadDir(filepath.Join(l.Dir, folder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, entry := range entries {
			if !entry.Type().IsRegular() || strings.HasPrefix(entry.Name(), ".") {
				continue // HAProxy passes over hidden files too: temporary ones are hidden
			}
			text, err := os.ReadFile(filepath.Join(l.Dir, folder, entry.Name()))
			if err != nil {
				return nil, err
			}
			files[folder+"/"+entry.Name()] = text
		}
	}
	return files, ctx.Err()
}

// WriteFiles implements Host.
func (l *Local) WriteFiles(ctx context.Context, write map[string][]byte, remove []string) error {
	if err := os.MkdirAll(filepath.Join(l.Dir, "run"), 0o755); err != nil {
		return err // the sockets' place, which HAProxy does not make
	}
	for _, name := range inOrder(slices.Collect(maps.Keys(write))) {
		if err := l.writeAs(name, write[name], 0o644); err != nil {
			return err
		}
	}
	ordered := inOrder(slices.Clone(remove))
	slices.Reverse(ordered)
	return errors.Join(l.removeFiles(ordered), syncDir(filepath.Join(l.Dir, "cfg")), syncDir(filepath.Join(l.Dir, "maps")))
}

func (l *Local) removeFiles(names []string) error {
	for _, name := range names {
		path, err := l.path(name)
		if err != nil {
			return err
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// ReadKeys implements Host.
func (l *Local) ReadKeys(ctx context.Context, recipe string) (map[string][]byte, error) {
	folder, err := l.path(keysDir + "/" + recipe)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	files := map[string][]byte{}
	for _, entry := range entries {
		name := keysDir + "/" + recipe + "/" + entry.Name()
		if files[name], err = os.ReadFile(filepath.Join(folder, entry.Name())); err != nil {
			return nil, err
		}
	}
	return files, ctx.Err()
}

// WriteKeys implements Host.
func (l *Local) WriteKeys(ctx context.Context, write map[string][]byte, remove []string) error {
	for name, text := range write {
		path, err := l.path(name)
		if err == nil {
			err = errors.Join(os.MkdirAll(filepath.Join(l.Dir, keysDir), 0o700), os.MkdirAll(filepath.Dir(path), 0o700))
		}
		if err == nil {
			err = l.writeAs(name, text, 0o600)
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(l.removeFiles(remove), ctx.Err())
}

// path keeps a name from leading out of the edge's directory.
func (l *Local) path(name string) (string, error) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return "", fmt.Errorf("%q leads out of the edge's directory", name)
	}
	return filepath.Join(l.Dir, filepath.FromSlash(name)), nil
}

func (l *Local) writeAs(name string, text []byte, mode fs.FileMode) error {
	path, err := l.path(name)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(text)
	if err = errors.Join(err, temp.Chmod(mode), temp.Sync(), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// commandLimit bounds one exchange with a socket: HAProxy answers at once or not at all.
const commandLimit = 5 * time.Second

// Command implements Host. It half-closes after the line, so that no prompt stays behind: on an old worker
// that would keep the worker alive.
func (l *Local) Command(ctx context.Context, socket Socket, line string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	path := filepath.Join(l.Dir, "run", string(socket)+".sock")
	conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return "", fmt.Errorf("%w: %w", proxy.ErrAbsent, err)
	}
	if err != nil {
		return "", err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if _, err := io.WriteString(conn, line+"\n"); err != nil {
		return "", err
	}
	if err := conn.(*net.UnixConn).CloseWrite(); err != nil {
		return "", err
	}
	answer, err := io.ReadAll(conn)
	return string(answer), err
}

// checkDir is where Check puts its copy. There is one, since changes of an edge exclude each other, so what
// a crash leaves is overwritten.
const checkDir = ".check"

// Check implements Host on a copy beside the edge's files.
func (l *Local) Check(ctx context.Context, files map[string][]byte) (string, error) {
	dir := filepath.Join(l.Dir, checkDir)
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	copied := Local{Dir: dir}
	for name, text := range files {
		path, err := copied.path(name)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(path), 0o755)
		}
		if err == nil {
			err = os.WriteFile(path, text, 0o644)
		}
		if err != nil {
			return "", err
		}
	}
	if l.CheckDir != nil {
		return l.CheckDir(ctx, checkDir)
	}
	output, err := exec.CommandContext(ctx, l.Binary, "-c", "-f", filepath.Join(dir, "cfg")).CombinedOutput()
	said := strings.ReplaceAll(string(output), dir+"/", "")
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && ctx.Err() == nil {
		return said, fmt.Errorf("%w: %s", proxy.ErrRefused, strings.TrimSpace(said))
	}
	return said, err
}

// Reload implements Host by the master's command, which HAProxy 2.6 answers by closing the connection.
func (l *Local) Reload(ctx context.Context) error {
	if l.ReloadBy != nil {
		return l.ReloadBy(ctx)
	}
	said, err := l.Command(ctx, Master, "reload")
	if errors.Is(err, proxy.ErrAbsent) {
		return err
	}
	if strings.Contains(said, "Success=0") {
		return fmt.Errorf("%w: %s", proxy.ErrRefused, strings.TrimSpace(said))
	}
	return nil
}

// Lock implements Host by a lock on a file, which the kernel drops with the process.
func (l *Local) Lock(ctx context.Context) (func() error, error) {
	if err := os.MkdirAll(l.Dir, 0o755); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(l.Dir, ".lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return file.Close, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(err, file.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("another process changes the edge: %w", ctx.Err()), file.Close())
		case <-time.After(wait):
		}
	}
}

// Log implements Host.
func (l *Local) Log(ctx context.Context, q proxy.LogQuery, each func(line []byte) error) error {
	if l.Output == nil {
		return errors.New("nobody keeps what this HAProxy writes")
	}
	return l.Output(ctx, q, each)
}

// Now implements Host.
func (l *Local) Now(context.Context) (time.Time, error) { return time.Now(), nil }

// Listeners implements Host from the kernel's tables.
func (l *Local) Listeners(context.Context) ([]netip.AddrPort, error) {
	return listening.TCP("/proc/net")
}
