package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/load"
)

// drainLimit is that of the example's switchover.
const drainLimit = 10 * time.Second

// underLoad lets clients use the app from a second before a switch to a second after it, and shows how they
// fared.
func (d *demo) underLoad(ctx context.Context, from, to string, change func() error) error {
	d.note("%g requests/s from clients that never retry: on kept and on fresh connections, slow answers, POSTs\n"+
		"(slow ones too), streams and websockets.", d.rate)
	clients, err := load.Start(ctx, load.Options{
		URL: d.address(), Rate: d.rate, Duration: 10 * time.Minute, Drain: drainLimit,
	})
	if err != nil {
		return err
	}
	wait(ctx, time.Second)
	err = change()
	wait(ctx, time.Second)
	clients.Stop()
	report := clients.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	d.timeline(report, from, to)
	d.count(report.Total.Attempted, report.Total.Failed, report.Total.Cut)
	for _, failure := range report.Failures {
		d.note("  %s", failure)
	}
	d.asked += report.Total.Attempted
	d.lost += report.Total.Failed
	if _, ok := report.FirstSeen[to]; err == nil && !ok {
		err = fmt.Errorf("release %s was deployed, and no client has seen it", to)
	}
	return err
}

func (d *demo) address() string { return fmt.Sprintf("http://127.0.0.1:%d", d.port) }

// look asks the app which release it is.
func (d *demo) look(ctx context.Context) error {
	url := d.address() + "/release"
	d.command("curl %s", url)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil {
		d.note("%s", strings.TrimSpace(string(body)))
	}
	return err
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
