package ask

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/go-zookeeper/zk"
)

// Ensemble is a question to ZooKeeper.
type Ensemble struct {
	Servers []string // HOST:PORT each
	Node    string   // its path, empty for none
}

// Members are ZooKeeper's answer.
type Members struct {
	Servers []Member
	// Value is what the node holds, where there is one.
	Value  string
	Exists bool
	// Node says why the node could not be read; the servers may have answered.
	Node Failure
}

// Member is one server of an ensemble.
type Member struct {
	At string
	// Mode is leader, follower, observer or standalone; empty where Why says what is wrong instead.
	Mode string
	Why  string
}

// ZooKeeper asks every server what it is, and the ensemble for a node.
func ZooKeeper(ctx context.Context, e Ensemble) Members {
	out := Members{Servers: make([]Member, len(e.Servers))}
	var asked sync.WaitGroup
	for i, at := range e.Servers {
		asked.Go(func() { out.Servers[i] = member(ctx, at) })
	}
	if e.Node != "" {
		asked.Go(func() { out.Value, out.Exists, out.Node = node(ctx, e.Servers, e.Node) })
	}
	asked.Wait()
	return out
}

// member asks a server by the four letters srvr, the one such word that servers answer unless told otherwise. The
// library has it too, but refuses what servers from 3.6 on answer, since they write the day of their build otherwise.
func member(ctx context.Context, at string) Member {
	ctx, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", at)
	if err != nil {
		return Member{At: at, Why: plain(ctx, err)}
	}
	defer conn.Close()
	if end, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(end)
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	var said []byte
	if _, err = io.WriteString(conn, "srvr"); err == nil {
		said, err = io.ReadAll(io.LimitReader(conn, shownSize))
	}
	for _, line := range strings.Split(string(said), "\n") {
		if mode, ok := strings.CutPrefix(line, "Mode: "); ok {
			return Member{At: at, Mode: strings.TrimSpace(mode)}
		}
	}
	text := strings.TrimSpace(strings.ToValidUTF8(string(said), "?"))
	switch {
	case strings.Contains(text, "not currently serving"):
		return Member{At: at, Why: "it has no quorum"}
	case text != "":
		return Member{At: at, Why: fmt.Sprintf("it answers %q", clip(text))}
	case err != nil:
		return Member{At: at, Why: plain(ctx, err)}
	}
	return Member{At: at, Why: "it answers nothing, as what is no ZooKeeper would"}
}

// sessionTimeout is what the ensemble gives a session that it hears nothing of.
const sessionTimeout = 10 * time.Second

// node reads a node within a session, which only an ensemble with a quorum grants.
func node(ctx context.Context, servers []string, path string) (value string, exists bool, f Failure) {
	ctx, cancel := context.WithTimeout(ctx, 2*connectLimit)
	defer cancel()
	conn, events, err := zk.Connect(servers, sessionTimeout, zk.WithLogger(mute{}), zk.WithLogInfo(false),
		zk.WithDialer(func(network, address string, limit time.Duration) (net.Conn, error) {
			dialer := net.Dialer{Timeout: limit}
			return dialer.DialContext(ctx, network, address)
		}))
	if err != nil {
		return "", false, Failure{Why: plain(ctx, err)}
	}
	defer conn.Close()
	for connected := false; !connected; {
		select {
		case event := <-events:
			connected = event.State == zk.StateHasSession
		case <-ctx.Done():
			return "", false, Failure{Why: "no server opens a session"}
		}
	}
	defer context.AfterFunc(ctx, conn.Close)()
	data, _, err := conn.Get(path)
	switch {
	case errors.Is(err, zk.ErrNoNode):
		return "", false, Failure{}
	case errors.Is(err, zk.ErrNoAuth):
		return "", false, Failure{Why: "the node may not be read by everybody", Final: true}
	case err != nil:
		return "", false, Failure{Why: plain(ctx, err)}
	}
	return clip(string(data)), true, Failure{}
}

// mute keeps the library from writing to standard error, which is the helper's.
type mute struct{}

func (mute) Printf(string, ...any) {}
