package haproxy

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// Options are what an edge is made with. They stand in its global file and change only when that file is
// written anew, with the edge.
type Options struct {
	// Dir is the edge's directory as HAProxy sees it, /recipe when empty.
	Dir string `json:"dir"`
	// User and Group that HAProxy becomes after it has bound its ports. Empty leaves it as it started.
	User  string `json:"user,omitempty"`
	Group string `json:"group,omitempty"`
	// IPv6 binds ports without an address on IPv6 too: false where the machine has none.
	IPv6 bool `json:"ipv6,omitempty"`
	// MaxConn is the number of client connections, 8192 when 0. Twice as many files have to be allowed.
	MaxConn int `json:"maxconn"`
	// HardStop ends an old worker with all that it still carries, after 24h when 0.
	HardStop time.Duration `json:"hardStop"`
}

// filled gives the defaults to what is empty.
func (o Options) filled() Options {
	if o.Dir == "" {
		o.Dir = "/recipe"
	}
	if o.MaxConn == 0 {
		o.MaxConn = 8192
	}
	if o.HardStop == 0 {
		o.HardStop = 24 * time.Hour
	}
	return o
}

var (
	dirForm  = regexp.MustCompile(`^/[A-Za-z0-9_./-]*$`)
	userForm = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)
)

// Validate reports an option that no configuration may hold.
func (o Options) Validate() error {
	switch {
	case !dirForm.MatchString(o.Dir) || path.Clean(o.Dir) != o.Dir || len(o.Dir) > 80:
		return fmt.Errorf("%w: directory %q is not a plain absolute path that leaves room for a socket's name", proxy.ErrInvalid, o.Dir)
	case o.User != "" && !userForm.MatchString(o.User), o.Group != "" && !userForm.MatchString(o.Group):
		return fmt.Errorf("%w: user %q or group %q", proxy.ErrInvalid, o.User, o.Group)
	case o.MaxConn < 1 || o.MaxConn > 1<<20:
		return fmt.Errorf("%w: %d connections", proxy.ErrInvalid, o.MaxConn)
	case o.HardStop < time.Second || o.HardStop > 20*24*time.Hour:
		return fmt.Errorf("%w: old workers that live for %v", proxy.ErrInvalid, o.HardStop)
	}
	return nil
}

// Global are the files of an edge without sites: what has to be there before HAProxy starts.
func Global(o Options) (map[string][]byte, error) {
	return Config{Options: o}.Render()
}

// global renders cfg/00-global.cfg.
//
// default-path makes the maps' paths relative to the edge's directory, so that a copy of it can be checked
// anywhere. idle-close-on-response is what makes a reload harmless for keep-alive clients. Retries are for
// refused connections alone, which are safe for any method. A tunnel's timeout covers websockets and, once
// both sides are connected, tcp mode.
func (o Options) global() []byte {
	record, err := json.Marshal(o)
	if err != nil {
		panic(err) // strings and numbers only
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%s", header)
	line("# options %s", record)
	line("")
	line("global")
	line("    default-path parent")
	line("    stats socket %s/%s mode 600 level admin expose-fd listeners", o.Dir, adminSocket)
	if o.User != "" {
		line("    user %s", o.User)
	}
	if o.Group != "" {
		line("    group %s", o.Group)
	}
	line("    maxconn %d", o.MaxConn)
	line("    hard-stop-after %d", o.HardStop.Milliseconds())
	line("    mworker-max-reloads 100")
	line("    spread-checks 5")
	for _, mode := range []proxy.Mode{proxy.HTTP, proxy.TCP} {
		line("")
		line("defaults %s", mode)
		line("    mode %s", mode)
		line("    retries 3")
		line("    option redispatch 1")
		line("    timeout connect 5s")
		line("    timeout queue 30s")
		line("    timeout client 5m")
		line("    timeout server 5m")
		line("    timeout tunnel 1h")
		if mode == proxy.HTTP {
			line("    timeout http-request 30s")
			line("    timeout http-keep-alive 30s")
			line("    option idle-close-on-response")
			line("    retry-on conn-failure")
			line("    balance roundrobin")
		} else {
			line("    option clitcpka")
			line("    option srvtcpka")
			line("    balance leastconn")
		}
	}
	return []byte(b.String())
}
