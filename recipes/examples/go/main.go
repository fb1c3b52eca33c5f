// Command clock answers with the time, in whatever zone the path names.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// release is set when the program is linked.
var release = "dev"

// grace is for requests that are under way when the program is told to end. By
// then the proxy has drained it, so that there are none as a rule.
const grace = 10 * time.Second

func main() {
	logger := slog.New(slog.NewJSONHandler(os.Stdout, nil)).With("release", release)
	if err := serve(logger, ":"+env("PORT", "8080")); err != nil {
		logger.Error("ended", "error", err)
		os.Exit(1)
	}
}

func serve(logger *slog.Logger, address string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	server := &http.Server{
		Addr: address, Handler: handler(time.Now),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	logger.Info("listening", "address", address)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	return errors.Join(server.Shutdown(ctx), ignoreClosed(<-failed))
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// handler answers /up and /ZONE; now tells the time.
func handler(now func() time.Time) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /up", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "up") })
	mux.HandleFunc("GET /{zone...}", func(w http.ResponseWriter, r *http.Request) {
		zone := strings.Trim(r.PathValue("zone"), "/")
		location, err := time.LoadLocation(zone)
		if err != nil || zone == "Local" {
			http.Error(w, "No such time zone; ask for one such as /Europe/Lisbon.", http.StatusNotFound)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		fmt.Fprintln(w, now().In(location).Format(time.RFC1123))
	})
	return mux
}

func env(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
