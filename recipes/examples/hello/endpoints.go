package main

import (
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxEcho bounds the body that /echo takes, in bytes.
const maxEcho = 1 << 20

// app is one release, serving.
type app struct {
	settings
	page string // HTML, the release filled in
	held held
}

func (a *app) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", a.showPage)
	mux.HandleFunc("/up", a.up)
	mux.HandleFunc("/release", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, a.release) })
	mux.HandleFunc("/headers", showRequest)
	mux.HandleFunc("/slow", a.slow)
	mux.HandleFunc("POST /echo", echo)
	mux.HandleFunc("/stream", a.stream)
	mux.HandleFunc("/ws", a.webSocket)
	return a.marked(mux)
}

// marked puts the release on every response, errors and unknown paths
// included, fails the share of requests that ERROR_RATE asks for, and waits as
// DELAY does.
func (a *app) marked(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Release", a.release)
		if r.URL.Path != "/up" && rand.Float64() < a.errorRate {
			http.Error(w, "ERROR_RATE asks for this error", http.StatusInternalServerError)
			return
		}
		if r.URL.Path != "/up" && a.delay > 0 && !pause(r, a.delay+rand.N(a.delay/2+1)) {
			return
		}
		next.ServeHTTP(w, r)
	})
}

// withRelease fills in the page. One placeholder needs no template package,
// which would make the binary, and so the image, a third larger.
func withRelease(page []byte, release string) string {
	return strings.ReplaceAll(string(page), "{{release}}", html.EscapeString(release))
}

func (a *app) showPage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	io.WriteString(w, a.page)
}

func (a *app) up(w http.ResponseWriter, _ *http.Request) {
	if a.unhealthy {
		http.Error(w, "HEALTH=fail asks for this error", http.StatusInternalServerError)
		return
	}
	fmt.Fprintln(w, "ok", a.release)
}

func showRequest(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "%s %s %s\nHost: %s\nFrom: %s\n", r.Method, r.RequestURI, r.Proto, r.Host, r.RemoteAddr)
	r.Header.Write(w)
}

func (a *app) slow(w http.ResponseWriter, r *http.Request) {
	wait, ok := milliseconds(w, r, "ms", 1000)
	if ok && pause(r, wait) {
		fmt.Fprintln(w, "slow", a.release)
	}
}

// echo reads all of the body before it answers: a client that is still sending
// does not read yet.
func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEcho))
	if err != nil {
		http.Error(w, "cannot read the body: "+err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Write(body)
}

// stream ends with a line of its own, so that a client can tell an end from a
// cut even where a proxy in between closes a cut response in good order.
func (a *app) stream(w http.ResponseWriter, r *http.Request) {
	length, ok := milliseconds(w, r, "ms", 2000)
	if !ok {
		return
	}
	every, ok := milliseconds(w, r, "every", 100)
	if !ok {
		return
	}
	every = max(every, time.Millisecond)
	flush := http.NewResponseController(w)
	start := time.Now()
	for n := 0; length == 0 || time.Since(start) < length; n++ {
		fmt.Fprintln(w, n, a.release)
		if flush.Flush() != nil || !pause(r, every) {
			return
		}
	}
	fmt.Fprintln(w, "end")
}

// milliseconds reads a parameter of the query, and answers 400 if it cannot.
func milliseconds(w http.ResponseWriter, r *http.Request, name string, otherwise int) (time.Duration, bool) {
	n := otherwise
	if v := r.URL.Query().Get(name); v != "" {
		var err error
		if n, err = strconv.Atoi(v); err != nil || n < 0 {
			http.Error(w, name+" must be a whole number of milliseconds", http.StatusBadRequest)
			return 0, false
		}
	}
	return time.Duration(n) * time.Millisecond, true
}

// pause waits, and tells whether the client is still there.
func pause(r *http.Request, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-r.Context().Done():
		return false
	}
}
