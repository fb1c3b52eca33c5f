// Command server is the example app of the hello recipe: a small HTTP server
// that says which release it is, and that can be told to boot slowly, fail its
// health check, answer errors or exit badly, so that a deploy of it can be
// watched, and spoiled.
//
//	server [serve]       serve HTTP, and raw TCP if asked to
//	server health URL    GET URL; exit 0 for a 2xx answer, else 1
//	server migrate       a job: say so, take a while, exit
//	server worker        print a line each tick until SIGTERM
//
// It is set by its environment; durations are Go's, such as 500ms or 10s:
//
//	PORT          the HTTP port (8080; 0 picks a free one)
//	TCP_PORT      the port of a raw TCP echo (off when empty)
//	RELEASE       what X-Release says on every response (dev)
//	PAGE          the file shown at /, {{release}} filled in (page.html)
//	BOOT          how long to wait before listening (0s)
//	EXIT          on SIGTERM: graceful finishes what is in flight, then exits 0;
//	              abrupt exits 1 at once (graceful)
//	STOP_TIMEOUT  what a graceful exit waits at most before it cuts (5s)
//	HEALTH        fail makes /up answer 500 (ok)
//	ERROR_RATE    the share of requests, /up apart, that answer 500, 0 to 1 (0)
//	DELAY         how long every answer but that of /up waits at least; at most
//	              half as long again, at random (0s)
//	MIGRATE       how long migrate takes (0s)
//	MIGRATE_EXIT  the exit code of migrate (0)
//	LOCK          a file that serve holds a lock on while it runs, as a program does
//	              whose data only one may write; it ends at once where another has
//	              it (no lock when empty)
//	TICK          the time between two lines of worker (1s)
//
// The endpoints of serve:
//
//	/                      the page
//	/up                    the health check: "ok RELEASE"
//	/release               the release, as plain text
//	/headers               the request as it arrived
//	/slow?ms=N             answers after N milliseconds
//	/echo                  POST: answers with the request's body, up to 1 MiB
//	/stream?ms=N&every=M   a line every M milliseconds for N, then the line
//	                       "end", without which it was cut; ms=0 never ends
//	/ws                    echoes WebSocket messages, up to 64 KiB
package main

import (
	"fmt"
	"os"
)

func main() { os.Exit(run(os.Args[1:])) }

// run executes one subcommand and returns the process's exit code.
func run(args []string) int {
	name := "serve"
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	s, err := settingsFrom(os.Getenv)
	if err != nil {
		return failed(err)
	}
	switch {
	case name == "serve" && len(args) == 0:
		err = serve(s)
	case name == "health" && len(args) == 1:
		err = health(args[0])
	case name == "migrate" && len(args) == 0:
		return migrate(s)
	case name == "worker" && len(args) == 0:
		worker(s)
	default:
		fmt.Fprintln(os.Stderr, "usage: server [serve | health URL | migrate | worker]")
		return 2
	}
	if err != nil {
		return failed(err)
	}
	return 0
}

func failed(err error) int {
	fmt.Fprintln(os.Stderr, "server:", err)
	return 1
}
