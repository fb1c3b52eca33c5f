package restart

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// inside names the variable that makes a run of this test binary the first process of a machine; it holds the
// machine's directory.
const inside = "RECIPE_TEST_MACHINE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(inside); dir != "" {
		os.Exit(live(dir))
	}
	os.Exit(m.Run())
}

// live is a machine, seen from within: it gets ready, says so, and does what lines on its standard input say,
// answering each with a line. It ends with its input, so when the test ends in whatever way, and the kernel ends
// with it all that it has started.
func live(dir string) int {
	if err := boot(dir); err != nil {
		fmt.Println("error", err)
		return 1
	}
	m := &within{dir: dir, ended: map[int]chan struct{}{}}
	go m.reap()
	fmt.Println("ok")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		answer, err := m.do(strings.Fields(lines.Text()))
		if err != nil {
			answer = "error " + strings.ReplaceAll(err.Error(), "\n", " ")
		} else {
			answer = "ok " + answer
		}
		fmt.Println(answer)
	}
	_ = syscall.Kill(-1, syscall.SIGKILL) // all but itself
	m.settle()
	if err := clear(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// boot gives the machine what a kernel gives at its start: /proc for its processes, an empty /run, and the
// loopback device. The engine's settings are the machine's own as well.
func boot(dir string) error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("keeping mounts private: %w", err)
	}
	if err := syscall.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mounting /proc: %w", err)
	}
	if err := syscall.Mount("tmpfs", "/run", "tmpfs", 0, "mode=755"); err != nil {
		return fmt.Errorf("mounting /run: %w", err)
	}
	if _, err := os.Stat("/etc/docker"); err == nil {
		if err := syscall.Mount(filepath.Join(dir, "etc"), "/etc/docker", "", syscall.MS_BIND, ""); err != nil {
			return fmt.Errorf("mounting /etc/docker: %w", err)
		}
	}
	if err := loopback(); err != nil {
		return fmt.Errorf("bringing lo up: %w", err)
	}
	return nil
}

// loopback sets the first device up, in the words of rtnetlink(7), so that no program is needed for it.
func loopback() error {
	s, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW, syscall.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer syscall.Close(s)
	const size = syscall.SizeofNlMsghdr + syscall.SizeofIfInfomsg
	request := make([]byte, 0, size)
	order := binary.NativeEndian
	request = order.AppendUint32(request, size)
	request = order.AppendUint16(request, syscall.RTM_NEWLINK)
	request = order.AppendUint16(request, syscall.NLM_F_REQUEST)
	request = order.AppendUint64(request, 0)              // sequence, sender
	request = order.AppendUint32(request, 0)              // family, type
	request = order.AppendUint32(request, 1)              // the device
	request = order.AppendUint32(request, syscall.IFF_UP) // flags
	request = order.AppendUint32(request, syscall.IFF_UP) // which of them to change
	return syscall.Sendto(s, request, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK})
}
