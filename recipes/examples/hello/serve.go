package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// serve listens until SIGTERM (or Ctrl-C), then ends as settings.abrupt says.
// The page is read before anything listens: a release without its page must
// never become healthy.
func serve(s settings) error {
	term, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	page, err := os.ReadFile(s.page)
	if err != nil {
		return fmt.Errorf("cannot read the page: %w", err)
	}
	if s.lock != "" {
		held, err := lock(s.lock)
		if err != nil {
			return err
		}
		defer held.Close()
	}
	if s.boot > 0 {
		log.Printf("release %s boots for %s", s.release, s.boot)
	}
	select {
	case <-time.After(s.boot):
	case <-term.Done():
		return s.abruptly()
	}
	a := &app{settings: s, page: withRelease(page, s.release)}
	echo, err := a.listenTCP()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", ":"+s.port)
	if err != nil {
		return fmt.Errorf("cannot listen on PORT: %w", err)
	}
	srv := &http.Server{Handler: a.handler(), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(listener) }()
	log.Printf("release %s serves HTTP on %s", s.release, listener.Addr())
	select {
	case err := <-ended:
		return err
	case <-term.Done():
		if err := s.abruptly(); err != nil {
			return err
		}
		return a.leave(srv, echo)
	}
}

// abruptly returns the error to end with at once, if that is the setting.
func (s settings) abruptly() error {
	if s.abrupt {
		return errors.New("told to stop, and EXIT=abrupt asks for no better end")
	}
	return nil
}

// leave ends gracefully: nothing new is taken, answers in flight are finished
// and carry "Connection: close", idle connections close, and what is held
// (websockets, TCP) goes on until its client ends it. All of that has
// settings.stopTimeout; the rest is cut, and said to be.
func (a *app) leave(srv *http.Server, echo net.Listener) error {
	log.Printf("release %s is told to stop", a.release)
	if echo != nil {
		echo.Close()
	}
	limit, cancel := context.WithTimeout(context.Background(), a.stopTimeout)
	defer cancel()
	err := srv.Shutdown(limit)
	if err := errors.Join(err, a.held.wait(limit)); err != nil {
		return fmt.Errorf("still serving after STOP_TIMEOUT (%s), so connections were cut: %w", a.stopTimeout, err)
	}
	log.Printf("release %s has finished", a.release)
	return nil
}

// listenTCP starts the raw echo; its listener is nil where TCP_PORT is empty.
func (a *app) listenTCP() (net.Listener, error) {
	if a.tcpPort == "" {
		return nil, nil
	}
	listener, err := net.Listen("tcp", ":"+a.tcpPort)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on TCP_PORT: %w", err)
	}
	log.Printf("release %s echoes TCP on %s", a.release, listener.Addr())
	go a.echoTCP(listener)
	return listener, nil
}
