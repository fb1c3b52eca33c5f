package sim

import (
	"bytes"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/internal/pipe"
)

// check runs the engine's own health check for as long as r lives.
func (e *Engine) check(b *box, r *run, h engine.HealthCheck) {
	began, failures := time.Now(), 0
	interval, retries := orElse(h.Interval, 30*time.Second), h.Retries
	if retries == 0 {
		retries = 3
	}
	for {
		wait := interval
		starting := time.Since(began) < h.StartPeriod
		if starting {
			wait = orElse(h.StartInterval, interval)
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-r.killed:
			timer.Stop()
			return
		}
		fine, output := e.healthy(b, r, h, time.Since(began))
		switch {
		case fine:
			failures = 0
			e.judge(b, r, "healthy", output)
		case time.Since(began) < h.StartPeriod:
			e.judge(b, r, "", output)
		default:
			if failures++; failures >= retries {
				e.judge(b, r, "unhealthy", output)
			} else {
				e.judge(b, r, "", output)
			}
		}
	}
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

// healthy plays one check.
func (e *Engine) healthy(b *box, r *run, h engine.HealthCheck, up time.Duration) (bool, string) {
	switch {
	case r.app.Health != nil:
		return r.app.Health(up), ""
	case r.app.Exec == nil:
		return up >= r.app.Boot, ""
	}
	var output bytes.Buffer
	stdin := pipe.New()
	stdin.CloseWith(nil)
	code := r.app.Exec(&Process{
		Container: b.spec.Name, Args: h.Exec, Env: b.spec.Env,
		Stdin: stdin, Stdout: &output, Stderr: &output, Killed: r.killed,
	})
	return code == 0, output.String()
}

// judge records a check; status is "" where it stays what it was.
func (e *Engine) judge(b *box, r *run, status, output string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if b.run != r {
		return
	}
	b.healthLog = output
	if status != "" && b.health != status {
		b.health = status
		e.emit(b, "health_status: "+status)
	}
}
