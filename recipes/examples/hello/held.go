package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// held keeps count of the connections that http.Server does not wait for:
// upgraded ones, and raw TCP. The zero value is ready.
type held struct {
	mu    sync.Mutex
	count int
	conns map[net.Conn][]byte // what to send to each before it is cut
}

// begin counts a connection. An upgraded one begins before the server forgets
// it, so that at every instant one of the two waits for it.
func (h *held) begin() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.count++
}

// keep tells what to send to conn if it has to be cut.
func (h *held) keep(conn net.Conn, lastWords []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.conns == nil {
		h.conns = make(map[net.Conn][]byte)
	}
	h.conns[conn] = lastWords
}

// end undoes begin, and keep if conn is not nil.
func (h *held) end(conn net.Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.count--
	delete(h.conns, conn)
}

func (h *held) len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.count
}

// wait returns nil once every connection has ended. If limit is over first it
// cuts the rest, and its error says how many they were.
func (h *held) wait(limit context.Context) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for h.len() > 0 {
		select {
		case <-tick.C:
		case <-limit.Done():
			return h.cut()
		}
	}
	return nil
}

func (h *held) cut() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for conn, lastWords := range h.conns {
		conn.SetDeadline(time.Now().Add(100 * time.Millisecond))
		conn.Write(lastWords)
		conn.Close()
	}
	return fmt.Errorf("%d held connections", h.count)
}

// echoTCP echoes what each connection sends until its client ends it.
func (a *app) echoTCP(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return // closed by leave
		}
		a.held.begin()
		a.held.keep(conn, nil)
		go func() {
			defer a.held.end(conn)
			defer conn.Close()
			io.Copy(conn, conn)
		}()
	}
}
