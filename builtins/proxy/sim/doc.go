// Package sim plays an edge in memory, in virtual time as well as in real time.
//
// It keeps apart what a real edge keeps apart: the sites that are written down, and what workers do. An
// Update writes first and changes the current worker after, by a reload where the structure differs; a
// reload leaves the old worker with its open connections and begins the new one with counters at 0 and
// draining servers in maint, as from a file. So what a crash between the two leaves, or a reload by somebody
// else, can be played with Hooks and Reload.
//
// Requests of a group that is held wait in Open, and go over to the new worker with a reload.
//
// Traffic is played with Open and Close: Open chooses a server exactly as the frontend of package haproxy
// does, by longest prefix, draw and failover. Which servers live is asked from the world around by Alive.
package sim
