package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// get tells which release answered; jar may be nil.
func (d *deploy) get(client *http.Client, header string) (release string, err error) {
	request, err := http.NewRequest(http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/", d.port), nil)
	if err != nil {
		return "", err
	}
	if header != "" {
		request.Header.Set("X-Canary", header)
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	if response.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", response.StatusCode)
	}
	return response.Header.Get("X-Release"), err
}

// choosers are clients that see who answers whom.
type choosers struct {
	inside, flapped, lost atomic.Int64
	stop                  chan struct{}
	running               sync.WaitGroup
}

// askFor has a client ask for the canary and as anybody, by turns, and others keep their cookies.
func (d *deploy) askFor(canary string) *choosers {
	w := &choosers{stop: make(chan struct{})}
	each := func(ask func()) {
		w.running.Go(func() {
			for {
				select {
				case <-w.stop:
					return
				case <-time.After(20 * time.Millisecond):
					ask()
				}
			}
		})
	}
	plain := &http.Client{}
	each(func() {
		asked, err := d.get(plain, "1")
		other, errOther := d.get(plain, "")
		switch {
		case err != nil || errOther != nil:
			w.lost.Add(1)
		case asked == canary && other != canary:
			w.inside.Add(1)
		}
	})
	for range 5 {
		jar, _ := cookiejar.New(nil) // of no options none is wrong
		client, last, changes := &http.Client{Jar: jar}, "", 0
		each(func() {
			got, err := d.get(client, "")
			if err != nil {
				w.lost.Add(1)
				return
			}
			if got != last && last != "" {
				if changes++; changes > 1 {
					w.flapped.Add(1)
				}
			}
			last = got
		})
	}
	return w
}

func (w *choosers) end() { close(w.stop); w.running.Wait() }

// A stage of weight 0 gives the new release those requests alone that ask for it, clients stay with what they were
// given until the switch is over, and a release that is twice as slow is caught at 10% of the traffic and taken back,
// with the numbers. No request is lost.
func TestFront(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	stages := func(hold string) string {
		return fmt.Sprintf(`  sticky = true
  stage "inside" {
    weight = 0
    hold   = "2s"
    match { header = { "X-Canary" = "1" } }
  }
  stage "canary" {
    weight = 10
    hold   = %q
    gate "latency" {
      percentile   = 90
      max_factor   = 1.4
      min_requests = 15
      timeout      = "2m"
    }
  }
`, hold)
	}
	good := app{count: 2, drain: "5s", retain: 2, stages: stages("3s")}.with("DELAY", "100ms")
	d.recipe(good.at("r1"))
	d.apply()
	clients := d.ask()
	defer clients.end()
	watch := d.askFor("r2")
	d.recipe(good.at("r2"))
	if o := d.apply(); !strings.Contains(o.stdout+o.stderr, "latency: p90 ") {
		t.Errorf("the verdict is not told\n%s", o)
	}
	d.serves("r2")
	watch.end()
	if watch.inside.Load() == 0 || watch.flapped.Load() > 0 || watch.lost.Load() > 0 {
		t.Errorf("asked for by name %d times, went to and fro %d times, lost %d", watch.inside.Load(), watch.flapped.Load(), watch.lost.Load())
	}
	slow := good
	slow.stages = strings.Replace(stages("2m"), `"2s"`, `"1s"`, 1)
	d.recipe(slow.with("DELAY", "200ms").at("r3"))
	if o := d.must(1, "apply", "--auto-approve"); !strings.Contains(o.stdout+o.stderr, "at 10% weight, old release ") || !strings.Contains(o.stdout+o.stderr, "1.4 times the old release's") {
		t.Errorf("the evidence is not told\n%s", o)
	}
	d.serves("r2")
	if clients.lost.Load() > 0 || clients.errors.Load() > 0 {
		t.Errorf("of %d requests %d were lost and %d answered with errors", clients.all.Load(), clients.lost.Load(), clients.errors.Load())
	}
}
