// Package restart holds the tests of what comes back by itself: after a restart of the engine, of the machine, or
// of HAProxy everything serves again as it did, whatever was going on when it went down.
//
// No test touches the machine's own engine. Each one has a machine of its own: a process with its own network,
// processes and mounts, in which an engine runs that keeps its data in a directory of the test's. The machine is
// rebooted by ending that process and beginning another one on the same data. To end it by force is to lose power:
// the engine, its containers and all that was in flight are gone in one moment, and with them the addresses, the
// rules and what was in /run, while the disk stays.
//
// So the tests need root, on Linux, with dockerd installed.
package restart
