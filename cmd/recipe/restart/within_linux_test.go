package restart

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// within is the first process of a machine.
type within struct {
	dir    string
	engine int // dockerd's number, 0 while it does not run

	mu    sync.Mutex
	ended map[int]chan struct{} // those that are waited for; closed when they have ended
}

// do carries one line out.
func (m *within) do(words []string) (string, error) {
	if len(words) == 0 {
		return "", fmt.Errorf("an empty line")
	}
	args := words[1:]
	switch words[0] {
	case "start": // the engine, with further arguments
		return "", m.start(args)
	case "stop": // the engine, as its service manager does
		return "", m.stop()
	case "kill": // processes, by number, at once
		return "", kill(args)
	case "processes":
		return processes()
	case "listen": // lead a socket of the machine's directory to a port of the machine
		return "", relay(filepath.Join(m.dir, args[0]), "127.0.0.1:"+args[1])
	}
	return "", fmt.Errorf("%q is nothing that a machine does", words[0])
}

func (m *within) start(args []string) error {
	path, err := exec.LookPath(args[0])
	if err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(m.dir, "engine.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer null.Close()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.engine, err = syscall.ForkExec(path, args, &syscall.ProcAttr{
		Env: os.Environ(), Files: []uintptr{null.Fd(), log.Fd(), log.Fd()}, Sys: &syscall.SysProcAttr{Setsid: true},
	})
	if err == nil {
		m.ended[m.engine] = make(chan struct{})
	}
	return err
}

func (m *within) stop() error {
	if err := syscall.Kill(m.engine, syscall.SIGTERM); err != nil {
		return err
	}
	m.mu.Lock()
	ended := m.ended[m.engine]
	m.mu.Unlock()
	select {
	case <-ended:
		return nil
	case <-time.After(time.Minute):
		return fmt.Errorf("the engine does not stop")
	}
}

// reap takes note of every process that ends: those whose parents ended before them are the first one's.
func (m *within) reap() {
	for {
		pid, err := syscall.Wait4(-1, nil, 0, nil)
		if err != nil {
			time.Sleep(10 * time.Millisecond) // there is none
			continue
		}
		m.mu.Lock()
		if ended, ok := m.ended[pid]; ok {
			close(ended)
			delete(m.ended, pid)
		}
		m.mu.Unlock()
	}
}

// settle waits until no other process is left.
func (m *within) settle() {
	for range 500 {
		if list, err := processes(); err == nil && len(strings.Fields(list)) <= 1 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func kill(pids []string) error {
	for _, text := range pids {
		pid, err := strconv.Atoi(text)
		if err != nil || pid <= 1 {
			return fmt.Errorf("%q is no process to kill", text)
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
			return fmt.Errorf("killing %d: %w", pid, err)
		}
	}
	return nil
}

// processes lists the machine's processes as NUMBER:PARENT:NAME.
func processes() (string, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return "", err
	}
	var list []string
	for _, entry := range entries {
		stat, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "stat"))
		if _, number := strconv.Atoi(entry.Name()); number != nil || err != nil {
			continue // no process, or none any more
		}
		// 12 (name) S 1 ...
		open, end := strings.IndexByte(string(stat), '('), strings.LastIndexByte(string(stat), ')')
		name, rest := string(stat[open+1:end]), strings.Fields(string(stat[end+1:]))
		list = append(list, entry.Name()+":"+rest[1]+":"+strings.ReplaceAll(name, " ", "_"))
	}
	return strings.Join(list, " "), nil
}

// relay leads every connection to a socket on to an address of the machine: a socket lies in the file system,
// which tests share with it, while its network is its own.
func relay(socket, address string) error {
	_ = os.Remove(socket) // an earlier boot's
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			go join(from, address)
		}
	}()
	return nil
}

func join(from net.Conn, address string) {
	defer from.Close()
	to, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer to.Close()
	go func() {
		_, _ = io.Copy(to, from)
		_ = to.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(from, to)
}
