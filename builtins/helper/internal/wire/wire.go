// Package wire is what the two ends of a helper's stream have to agree on: the greeting, the calls with their
// arguments and replies, and how an error keeps its identity on the way.
package wire

import (
	"fmt"
	"time"

	"github.com/deployrecipe/recipe/builtins/ask"
)

// Version counts the changes of this package that an end of another version would not understand. A helper is
// made from the very binary that talks to it, so the two differ only when someone makes an image by hand.
const Version = 1

// Greeting is the first line that a helper writes: before it, whatever comes out of the container is a message
// for people.
func Greeting() string { return fmt.Sprintf("recipe-helper %d\n", Version) }

// Service is the name under which the calls are registered.
const Service = "Helper"

// The directories that a helper works in, which are the mount points of its volumes.
const (
	Edge   = "/recipe"
	Record = "/record"
)

// Silence is how long a helper hears nothing before it takes its client for dead.
const Silence = 15 * time.Second

// None stands for no arguments, or no reply.
type None struct{}

// Hello settles how the two ends treat each other.
type Hello struct {
	Silence time.Duration // in place of the constant, when not 0
}

// Call begins the arguments of every call that may take long, so that Cancel can name it.
type Call struct {
	ID uint64
	// Limit ends the call; 0 is no limit.
	Limit time.Duration
}

// Cancel ends a call.
type Cancel struct{ ID uint64 }

// ReadFiles asks for files below Dir by path; a directory stands for all regular files below it. What is not
// there is left out of the reply.
type ReadFiles struct {
	Dir   string
	Paths []string
}

// Files is a reply: contents by path below Dir.
type Files struct{ Files map[string][]byte }

// WriteFiles writes each file atomically, in order, then removes. Directories are made as needed.
type WriteFiles struct {
	Dir    string
	Files  []File
	Remove []string // files, or whole directories; missing ones are no error
}

// File is a file to write.
type File struct {
	Path string
	Data []byte
	Mode uint32
}

// Command is a text to send to a unix socket, and the time for the whole exchange.
type Command struct {
	Call
	Path string // absolute
	Text string
	// Hold keeps the writing side open until the answer ended, for a peer that takes its end for a hang-up.
	Hold bool
}

// Answer is what came back until the peer closed.
type Answer struct{ Text []byte }

// Lock asks for the lock on a file, waiting for others to release it.
type Lock struct {
	Call
	Dir, Path string
}

// Token names a lock that is held.
type Token struct{ ID uint64 }

// Probe asks again and again whether something answers.
type Probe struct {
	Call
	// HTTP makes it a GET of Path; else a connection that is accepted passes.
	HTTP    bool
	Address string // ADDRESS:PORT
	Path    string // "/" when empty
	Host    string // Host header; Address when empty
	// Status are the codes that pass; every one from 200 to 399 when empty.
	Status []int
	// Headers are sent besides, and Body is a regular expression that must match in what is kept of the body.
	Headers map[string]string
	Body    string
	// Interval is from the start of one attempt to the start of the next, at most while connections are refused;
	// Timeout bounds one.
	Interval, Timeout time.Duration
}

// Probed tells how a probe ended, by its last attempt.
type Probed struct {
	Passed   bool
	Attempts int
	Status   int    // of an HTTP answer, 0 without one
	Body     []byte // at most the first 4 KiB
	Err      string // why the last attempt failed, without passing on who asked
	Took     time.Duration
}

// Clock is a reply: the time where the helper runs.
type Clock struct{ Now time.Time }

// Machine is a reply: what the helper's place lets processes do.
type Machine struct {
	Listeners []string // what listens for TCP, as ADDRESS:PORT
	IPv6      bool
	Files     uint64 // that one process may have open
}

// Query asks a database.
type Query struct {
	Call
	ask.Query
}

// Ensemble asks ZooKeeper.
type Ensemble struct {
	Call
	ask.Ensemble
}
