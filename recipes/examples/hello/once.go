package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// health is for exec health checks: an image FROM scratch holds no curl.
func health(url string) error {
	client := http.Client{Timeout: 5 * time.Second}
	resp, err := client.Get(url)
	if err != nil {
		return err
	}
	resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return nil
}

// migrate stands for a job; it returns the exit code.
func migrate(s settings) int {
	term, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	log.Printf("release %s migrates for %s", s.release, s.migrate)
	select {
	case <-time.After(s.migrate):
	case <-term.Done():
		return failed(fmt.Errorf("the migration was interrupted"))
	}
	log.Printf("release %s has migrated, exit code %d", s.release, s.migrateExit)
	return s.migrateExit
}

// worker stands for a service that is behind no port.
func worker(s settings) {
	term, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	tick := time.NewTicker(s.tick)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-tick.C:
			log.Printf("release %s, tick %d", s.release, n)
		case <-term.Done():
			log.Printf("release %s stops after %d ticks", s.release, n-1)
			return
		}
	}
}
