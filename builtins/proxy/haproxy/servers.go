package haproxy

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// slot names a server line in a worker.
type slot struct{ backend, server string }

// live is what a worker says of one slot.
type live struct {
	address   netip.AddrPort
	operation int // srv_op_state: what the checks found
	admin     int // bits of srv_admin_state
	used      int // connections that carry a request
}

// Bits of srv_admin_state. 4 tells only that the configuration had it disabled.
const (
	adminMaint = 0x01 | 0x02 | 0x20 // forced, inherited, by a resolver
	adminDrain = 0x08 | 0x10        // forced, inherited
)

// Values of srv_op_state. Others are on the way from one to the other.
const (
	operationStopped = 0
	operationRunning = 2
)

// state is the slot's state in the words of the contract.
func (l live) state() proxy.State {
	switch {
	case l.admin&adminMaint != 0:
		return proxy.Maint
	case l.admin&adminDrain != 0:
		return proxy.Draining
	}
	return proxy.Ready
}

// Columns of show servers state, version 1.
const (
	columnBackend   = 1
	columnServer    = 3
	columnAddress   = 4
	columnOperation = 5
	columnAdmin     = 6
	columnPort      = 18
	stateColumns    = 19 // at least
)

// parseServers reads the answers to show servers state and to show servers conn, in any order and mixed
// with others: their lines differ from all others in their shape.
func parseServers(answer string) map[slot]live {
	found := map[slot]live{}
	for line := range strings.Lines(answer) {
		words := strings.Fields(line)
		if len(words) < stateColumns {
			continue
		}
		ip, err := netip.ParseAddr(words[columnAddress])
		port, errPort := strconv.ParseUint(words[columnPort], 10, 16)
		admin, errAdmin := strconv.Atoi(words[columnAdmin])
		operation, errOperation := strconv.Atoi(words[columnOperation])
		if errors.Join(err, errPort, errAdmin, errOperation) != nil {
			continue
		}
		found[slot{words[columnBackend], words[columnServer]}] = live{address: netip.AddrPortFrom(ip, uint16(port)), operation: operation, admin: admin}
	}
	for s, n := range parseUsed(answer) {
		if l, ok := found[s]; ok {
			l.used = n
			found[s] = l
		}
	}
	return found
}

// parseMap reads the answer to show map, lines of "0x55d669d80230 key value", into keys and values. A key
// that stands there twice counts once; HAProxy takes the first.
func parseMap(answer string) map[string]string {
	found := map[string]string{}
	for line := range strings.Lines(answer) {
		words := strings.Fields(line)
		if len(words) != 3 || !strings.HasPrefix(words[0], "0x") {
			continue
		}
		if _, ok := found[words[1]]; !ok {
			found[words[1]] = words[2]
		}
	}
	return found
}

// parseVariable reads the answer to get var: "proc.x: type=str value=<abc>".
func parseVariable(answer, name string) string {
	for line := range strings.Lines(answer) {
		if rest, ok := strings.CutPrefix(line, name+": "); ok {
			_, value, _ := strings.Cut(rest, "value=<")
			return strings.TrimSuffix(strings.TrimSpace(value), ">")
		}
	}
	return ""
}
