package asktest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"
)

// ZooKeeper is an ensemble.
type ZooKeeper struct {
	t       testing.TB
	members []*server
	Servers []string // HOST:PORT each
}

// NewZooKeeper starts an ensemble of so many servers and waits until it has a leader.
func NewZooKeeper(t testing.TB, count int) *ZooKeeper {
	t.Helper()
	java, err := exec.LookPath("java")
	if _, none := os.Stat("/usr/share/java/zookeeper.jar"); err != nil || none != nil {
		missing(t, "ZooKeeper")
	}
	z := &ZooKeeper{t: t}
	peers := ""
	for i := range count {
		z.Servers = append(z.Servers, fmt.Sprintf("127.0.0.1:%d", Port(t)))
		peers += fmt.Sprintf("server.%d=127.0.0.1:%d:%d\n", i+1, Port(t), Port(t))
	}
	if count == 1 {
		peers = ""
	}
	for i, address := range z.Servers {
		s := newServer(t, "")
		_, port, _ := net.SplitHostPort(address)
		s.write("myid", fmt.Sprint(i+1))
		config := s.write("zoo.cfg", "tickTime=500\ninitLimit=20\nsyncLimit=10\nadmin.enableServer=false\ndataDir="+s.dir+
			"\nclientPort="+port+"\nclientPortAddress=0.0.0.0\n"+peers)
		s.start(nil, java, "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dzookeeper.forceSync=no", "-cp", classes(),
			"org.apache.zookeeper.server.quorum.QuorumPeerMain", config)
		z.members = append(z.members, s)
	}
	for end := time.Now().Add(startLimit); ; time.Sleep(100 * time.Millisecond) {
		ready := 0
		for _, address := range z.Servers {
			if mode(address) != "" {
				ready++
			}
		}
		if ready == count {
			return z
		}
		if time.Now().After(end) {
			t.Fatalf("%d of %d servers serve", ready, count)
		}
	}
}

// classes is where Debian keeps ZooKeeper and what it needs.
func classes() string {
	var jars []string
	for _, name := range []string{"zookeeper", "zookeeper-jute", "slf4j-api", "slf4j-nop", "netty-all", "netty-common", "netty-handler",
		"netty-transport", "netty-buffer", "netty-codec", "netty-resolver", "jackson-core", "jackson-databind", "jackson-annotations",
		"metrics-core", "snappy-java", "commons-cli", "commons-io", "guava", "jetty9-server", "jetty9-servlet", "log4j-1.2"} {
		jars = append(jars, "/usr/share/java/"+name+".jar")
	}
	return strings.Join(jars, ":")
}

// mode asks a server what it is, by a way of its own: empty where it does not serve.
func mode(address string) string {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return ""
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	_, _ = io.WriteString(conn, "srvr")
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		if mode, ok := strings.CutPrefix(lines.Text(), "Mode: "); ok {
			return mode
		}
	}
	return ""
}

// Set gives a node a value; its parents must be there.
func (z *ZooKeeper) Set(path, value string) {
	z.t.Helper()
	conn, _, err := zk.Connect(z.Servers, 10*time.Second, zk.WithLogInfo(false))
	if err != nil {
		z.t.Fatal(err)
	}
	defer conn.Close()
	if _, err = conn.Create(path, []byte(value), 0, zk.WorldACL(zk.PermAll)); err == zk.ErrNodeExists {
		_, err = conn.Set(path, []byte(value), -1)
	}
	if err != nil {
		z.t.Fatal(err)
	}
}

// Stop ends a server, counted from 0, at once.
func (z *ZooKeeper) Stop(member int) { z.members[member].stop() }
