package main

import (
	"fmt"
	"strconv"
	"time"
)

// settings are what the environment says; the package comment documents each.
type settings struct {
	port, tcpPort string
	release       string
	page          string // a file name
	boot          time.Duration
	abrupt        bool
	stopTimeout   time.Duration
	unhealthy     bool
	errorRate     float64 // 0 to 1
	delay         time.Duration
	lock          string // a file name
	migrate       time.Duration
	migrateExit   int
	tick          time.Duration
}

// settingsFrom reads the settings through getenv. It refuses what it does not
// understand: a misspelt setting would make a deploy prove something else.
func settingsFrom(getenv func(string) string) (settings, error) {
	e := env{getenv: getenv}
	s := settings{
		port:        e.text("PORT", "8080"),
		tcpPort:     e.text("TCP_PORT", ""),
		release:     e.text("RELEASE", "dev"),
		page:        e.text("PAGE", "page.html"),
		boot:        e.duration("BOOT", 0),
		abrupt:      e.choice("EXIT", "graceful", "abrupt"),
		stopTimeout: e.duration("STOP_TIMEOUT", 5*time.Second),
		unhealthy:   e.choice("HEALTH", "ok", "fail"),
		errorRate:   e.share("ERROR_RATE"),
		delay:       e.duration("DELAY", 0),
		lock:        e.text("LOCK", ""),
		migrate:     e.duration("MIGRATE", 0),
		migrateExit: e.exitCode("MIGRATE_EXIT"),
		tick:        e.duration("TICK", time.Second),
	}
	if s.tick == 0 {
		e.refuse("TICK", "0s", "a duration above zero")
	}
	return s, e.err
}

// env reads typed variables and keeps the first error.
type env struct {
	getenv func(string) string
	err    error
}

func (e *env) refuse(name, value, want string) {
	if e.err == nil {
		e.err = fmt.Errorf("%s is %q; it must be %s", name, value, want)
	}
}

func (e *env) text(name, otherwise string) string {
	if v := e.getenv(name); v != "" {
		return v
	}
	return otherwise
}

func (e *env) duration(name string, otherwise time.Duration) time.Duration {
	v := e.getenv(name)
	if v == "" {
		return otherwise
	}
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 {
		e.refuse(name, v, "a duration such as 500ms or 10s")
	}
	return d
}

// choice tells whether the variable says yes rather than no, its default.
func (e *env) choice(name, no, yes string) bool {
	v := e.text(name, no)
	if v != no && v != yes {
		e.refuse(name, v, no+" or "+yes)
	}
	return v == yes
}

func (e *env) share(name string) float64 {
	v := e.text(name, "0")
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || !(f >= 0 && f <= 1) {
		e.refuse(name, v, "a number from 0 to 1")
	}
	return f
}

func (e *env) exitCode(name string) int {
	v := e.text(name, "0")
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > 255 {
		e.refuse(name, v, "an exit code from 0 to 255")
	}
	return n
}
