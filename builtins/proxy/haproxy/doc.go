// Package haproxy drives HAProxy as the edge of package proxy. It works on HAProxy 2.6 and later.
//
// # Files
//
// A directory, mounted as a whole since a rename would leave a mounted file behind, holds what is meant:
//
//	cfg/00-global.cfg      global and defaults sections, made once with the edge
//	cfg/10-port-8080.cfg   one frontend for each listening port, the same whichever recipe writes it
//	cfg/20-shop.cfg        the backends of one recipe, and in comments what HAProxy has no words for
//	maps/port-8080.map     the routes of all recipes on a port: host and path to group and service
//	maps/live.map          each group's percentage that goes to side b
//	maps/match.map         the side to which requests with a value in a header or a cookie go, while they do
//	maps/sticky.map        the cookie by which a client stays with a side's release, while a switch is under way
//	maps/release.map       the release of each backend, for the access log
//	cfg/15-shop.page       a recipe's maintenance page, as clients get it
//	maps/down.map          recipes whose maintenance page is up
//	maps/port-443.crt      the certificates of all recipes on a port with TLS
//	keys/shop/ID.pem       a certificate of a recipe with its key, which no Reader tells of
//	maps/hold.map          groups whose requests wait, and until when at most
//	maps/hold.lua          what has them wait, loaded by cfg/10-hold.cfg
//	run/admin.sock         the worker's socket, run/master.sock the master's
//
// Nothing is said twice: the percentage stands in live.map alone, routes in their map alone, servers in
// their backend alone. Render and Parse are each other's inverse, so the files are the record, and an edit
// by hand shows as a difference between the files and Render of what Parse reads from them.
//
// # Choosing
//
// A frontend looks "host/path/" up as the longest prefix in its map, whose keys end in a slash, so that
// prefixes match on the borders of segments only; then "*/path/" for routes without a host. What it finds
// names a group and a pair of backends; a draw from 0 to 99 below the group's percentage takes side b. Of the
// headers and cookies that some group on the port is told by, the frontend has a line each, and a map says to which
// side a value leads, if to any: so a match begins and ends without a reload, and a client that is to stay with the
// release it was given is a match by a cookie that names that release. A
// side without usable servers gives way to the other one. All of it is data: a switch, a canary's step, a
// route's new target are one map write each, without a reload.
//
// # Holding
//
// While one container takes over from another that must have ended before, requests wait in the frontend, before the
// draw, in a Lua action that looks into hold.map. An entry is the time at which the wait ends by itself.
//
// # Handing over
//
// A worker that a reload replaced keeps the connections that it has, so it receives requests for as long as clients may
// keep quiet, and has some that wait; it cannot be told of new servers. So it decides nothing more: what it receives, and
// what waited in it, goes through the socket run/DIGEST.sock of its port to the newest worker, which treats it as any other. An Update
// ends when all older workers know that they are replaced.
//
// # Structure and runtime
//
// What a running worker can be told (addresses and states of servers, map entries) is set at its socket.
// The rest is structure: frontends, backends, checks, number of slots. Each recipe's file sets a process
// variable to the digest of its structure, so a worker can be asked which structure it runs; where it is
// not the one in the files a reload is due, be it for this change or for one that a crash cut off. Slots
// come in powers of two with at least one spare, as many on side a as on b, and an empty side has the
// checks of the full one: so a release usually takes over without a reload.
//
// Update writes files first and the runtime after, and never trusts a command's silence: align reads the
// worker's state, derives the next commands, sends them and reads again until nothing is left to do. The
// order is that of a switch without loss: addresses, servers that become ready, map entries, drains,
// maint. Each read carries the worker's pid, so a reload by someone else only makes it start over.
//
// # Draining
//
// A reload leaves the old worker alive with its open requests and shows the new one's counters as 0. So
// Drain and Stats ask every worker, through the master, and count answers: a worker that does not answer
// is never taken for one without connections.
package haproxy
