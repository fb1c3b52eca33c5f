package restart

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deployrecipe/recipe/builtins/engine/docker"
	"github.com/deployrecipe/recipe/builtins/label"
)

// limit is how long a machine may take to serve again as it did, from when its engine answers. Seconds are usual;
// the rest is for a busy machine.
const limit = 45 * time.Second

// standing tells of each of the engine's containers, by name, all that has to be the same after a restart. A
// worker's address may be another one: nobody was told it. It counts processes too, since one that outlived its
// container would go on to take requests, a HAProxy those of a port that two can have.
func (a *app) standing() (map[string]string, error) {
	ctx, cancel := context.WithTimeout(a.Context(), 10*time.Second)
	defer cancel()
	e, err := docker.Open(ctx, docker.Options{Host: a.host()})
	if err != nil {
		return nil, err
	}
	defer e.Close()
	list, err := e.Containers(ctx, nil)
	if err != nil {
		return nil, err
	}
	found := a.running()
	for _, c := range list {
		if c, err = e.Container(ctx, c.ID); err != nil {
			return nil, err
		}
		found[c.Name] = fmt.Sprintf("%s, restart %s", c.State, c.Restart)
		if c.Labels[label.Addr] != "service.worker" {
			found[c.Name] += fmt.Sprintf(", addresses %v", c.Addresses)
		}
	}
	return found, nil
}

// running counts the processes of the app, and the masters of HAProxy.
func (a *app) running() map[string]string {
	a.Helper()
	all := a.processes()
	names := map[int]string{}
	for _, p := range all {
		names[p.pid] = p.name
	}
	servers, masters := 0, 0
	for _, p := range all {
		switch {
		case p.name == "server":
			servers++
		case p.name == "haproxy" && names[p.parent] != "haproxy":
			masters++
		}
	}
	return map[string]string{"processes": fmt.Sprintf("%d of apps, %d masters of HAProxy", servers, masters)}
}

// now is standing, which has to succeed.
func (a *app) now() map[string]string {
	a.Helper()
	found, err := a.standing()
	if err != nil {
		a.Fatal(err)
	}
	return found
}

// doors opens the recipe's ports to this side of the machine, which has been turned on.
func (a *app) doors() {
	a.Helper()
	for _, port := range []string{"8000", "8001", "8002"} {
		a.order("listen", port, port)
	}
}

func (a *app) dial(port string) (net.Conn, error) {
	return net.Dial("unix", filepath.Join(a.dir, port))
}

// get asks a port which release answers, on a connection of its own.
func (a *app) get(port string) (release string, err error) {
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(context.Context, string, string) (net.Conn, error) { return a.dial(port) }}
	client := &http.Client{Timeout: 10 * time.Second, Transport: transport}
	response, err := client.Get("http://machine/release")
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = errors.New(response.Status)
	}
	return strings.TrimSpace(string(text)), err
}

// echo sends a line to an app on the TCP port and wants it back.
func echo(conn net.Conn) error {
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	const line = "there and back\n"
	if _, err := io.WriteString(conn, line); err != nil {
		return err
	}
	got := make([]byte, len(line))
	if _, err := io.ReadFull(conn, got); err != nil {
		return err
	}
	if string(got) != line {
		return fmt.Errorf("echoed %q", got)
	}
	return nil
}

// serves tells whether all ports answer, the app's as often as it takes to have met every replica, and only the
// releases that may.
func (a *app) serves(may ...string) error {
	for range 20 {
		got, err := a.get("8000")
		if err != nil {
			return err
		}
		if !strings.Contains(" "+strings.Join(may, " ")+" ", " "+got+" ") {
			return fmt.Errorf("release %q answers, not %s", got, strings.Join(may, " or "))
		}
	}
	if got, err := a.get("8002"); err != nil || got != "other" {
		return fmt.Errorf("the other app's port answers %q (%v)", got, err)
	}
	talk, err := a.dial("8001")
	if err != nil {
		return err
	}
	defer talk.Close()
	return echo(talk)
}

// back waits until everything serves again, and stands as it stood, and tells how long each took since began.
func (a *app) back(after string, began time.Time, was map[string]string, may ...string) {
	a.Helper()
	up := time.Since(began)
	a.eventually("a request is answered", limit, func() error { _, err := a.get("8000"); return err })
	first := time.Since(began)
	serves := a.lasting(began, may)
	stands := a.eventually("everything stands as it stood", limit, func() error {
		is, err := a.standing()
		if err == nil && !cmp.Equal(was, is) {
			err = errors.New(cmp.Diff(was, is))
		}
		return err
	})
	a.Logf("%s: the engine answers after %.1f s, a request is answered after %.1f s, everything serves for good after %.1f s",
		after, up.Seconds(), first.Seconds(), serves.Seconds())
	if stands > time.Second {
		a.Logf("it took %.1f s more until everything stood as before", stands.Seconds())
	}
}

// lasting waits until everything serves and goes on to, and returns how long after began that stretch started. A
// check of HAProxy's that was on its way to a container while that was not up yet may still take it out.
func (a *app) lasting(began time.Time, may []string) time.Duration {
	a.Helper()
	const stretch = 2 * time.Second
	since := time.Now()
	for {
		err := a.serves(may...)
		now := time.Now()
		switch {
		case err == nil && now.Sub(since) > stretch:
			return since.Sub(began)
		case err != nil && now.Sub(began) > limit:
			a.Fatalf("not within %s: everything serves: %v", limit, err)
		case err != nil:
			since = now
		}
		time.Sleep(50 * time.Millisecond)
	}
}
