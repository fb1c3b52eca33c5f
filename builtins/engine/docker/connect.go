package docker

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/docker/cli/cli/connhelper"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"

	"github.com/deployrecipe/recipe/builtins/engine"
)

const (
	dialLimit = 10 * time.Second
	pingLimit = 40 * time.Second // ssh may take 30 s to connect
)

// connect makes the client without talking to the engine.
func connect(t target, record func(method, path string)) (*client.Client, error) {
	base := &http.Transport{
		TLSClientConfig:     t.tls,
		MaxIdleConnsPerHost: 16,
		IdleConnTimeout:     30 * time.Second,
	}
	httpClient := &http.Client{Transport: base, CheckRedirect: client.CheckRedirect}
	options := []client.Opt{client.WithHTTPClient(httpClient), client.WithUserAgent("recipe")}
	if u, err := url.Parse(t.host); err != nil || u.Scheme == "tcp" && u.Port() == "" {
		return nil, notAnAddress(t)
	}
	switch scheme, rest, _ := strings.Cut(t.host, "://"); scheme {
	case "ssh":
		helper, err := connhelper.GetConnectionHelper(t.host)
		if err != nil {
			return nil, fmt.Errorf("engine address %s (from %s): %w", t.host, t.from, err)
		}
		options = append(options, client.WithHost(helper.Host), client.WithDialContext(helper.Dialer))
	case "unix":
		options = append(options, client.WithHost(t.host), client.WithDialContext(dialUnix(rest)))
	case "tcp", "http", "https":
		dialer := &net.Dialer{Timeout: dialLimit}
		options = append(options, client.WithHost(t.host), client.WithDialContext(dialer.DialContext))
	case "npipe":
		options = append(options, client.WithHost(t.host))
	default:
		return nil, notAnAddress(t)
	}
	if t.api != "" {
		options = append(options, client.WithVersion(t.api))
	} else {
		options = append(options, client.WithAPIVersionNegotiation())
	}
	cli, err := client.NewClientWithOpts(options...)
	if err != nil {
		return nil, fmt.Errorf("engine address %s (from %s): %w", t.host, t.from, err)
	}
	// The client has by now noted base as where it dials for upgraded connections, so our transport goes
	// over it last. It also takes the place of the client's tracing, which nobody listens to.
	httpClient.Transport = &transport{next: base, target: t, record: record}
	return cli, nil
}

func notAnAddress(t target) error {
	return &callError{kind: engine.ErrUnreachable, text: fmt.Sprintf(
		"the address %s (from %s) is none of an engine: write unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST", t.host, t.from)}
}

func dialUnix(path string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		dialer := &net.Dialer{Timeout: dialLimit}
		return dialer.DialContext(ctx, "unix", path)
	}
}

// negotiate settles the API version with one ping.
func (r *Reader) negotiate(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingLimit)
	defer cancel()
	ping, err := r.client.Ping(ctx)
	if err != nil {
		return unreachable(r.target, err)
	}
	found := ping.APIVersion
	if r.target.api != "" {
		found = r.target.api
	}
	if found == "" {
		found = "unknown"
	}
	if found == "unknown" || versions.LessThan(found, oldestAPI) {
		what := "update Docker to 20.10 or later"
		if r.target.api != "" {
			what = "unset DOCKER_API_VERSION, which pins it"
		}
		return fmt.Errorf("%w: the engine at %s (from %s) speaks API version %s, and %s is needed: %s",
			engine.ErrTooOld, r.target.host, r.target.from, found, oldestAPI, what)
	}
	r.client.NegotiateAPIVersionPing(ping)
	return nil
}

// since reports whether the negotiated API is at least version.
func (r *Reader) since(version string) bool {
	return versions.GreaterThanOrEqualTo(r.client.ClientVersion(), version)
}
