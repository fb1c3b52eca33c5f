package haproxy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// A worker that a reload replaced takes no new connections, but it keeps those that it has, since closing one may meet a
// request that is on its way; so it gets requests for as long as a client may keep quiet, and what waits in it goes on.
// By then its servers may have stopped, and it can be told of no new ones. So it decides nothing: what it receives goes
// through a socket of the port's own, on which the newest worker listens, and is treated there as if it had just come.

// late is whether a frontend found out that it has to hand over. It is looked up once, since it may come true at any time.
const late = "{ var(txn.late) -m bool }"

// isHandedOver tells a connection that an older worker handed over.
const isHandedOver = "{ so_name successor }"

func successorName(p proxy.Port) string { return "successor-" + frontendName(p) }

// successorSocket is short, since a socket's path has 107 bytes.
func successorSocket(p proxy.Port, o Options) string {
	sum := sha256.Sum256([]byte(frontendName(p)))
	return path.Join(o.Dir, "run", hex.EncodeToString(sum[:6])+".sock")
}

// handedOver is where a port's frontend receives what older workers got. Who reaches the directory may connect: workers
// have given up the rights of the one who binds.
func handedOver(p proxy.Port, o Options) string {
	return fmt.Sprintf("bind unix@%s name successor mode 666 accept-proxy", successorSocket(p, o))
}

// handOver are the actions that end a frontend's rules where the worker is an older one.
func handOver(mode proxy.Mode) []string {
	end := "allow"
	if mode == proxy.TCP {
		end = "accept"
	}
	return []string{"set-var(txn.late) bool(true) if { stopping }", end + " if " + late}
}

// successorBackend leads to the newest worker, which is the one that ends what takes too long and logs it.
func successorBackend(p proxy.Port, o Options) []string {
	lines := []string{"", fmt.Sprintf("backend %s from %s", successorName(p), p.Mode)}
	if p.Mode == proxy.HTTP {
		lines = append(lines, "    http-reuse never", "    http-response set-log-level silent")
	}
	hardStop := o.filled().HardStop.Milliseconds()
	return append(lines,
		fmt.Sprintf("    timeout server %d", hardStop),
		fmt.Sprintf("    timeout tunnel %d", hardStop),
		fmt.Sprintf("    server newest unix@%s send-proxy-v2 proxy-v2-options authority", successorSocket(p, o)))
}
