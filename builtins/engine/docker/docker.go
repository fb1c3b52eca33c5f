// Package docker speaks the engine contract to a Docker engine, or to anything that answers its API.
//
// It is the only package that knows Docker's client library, BuildKit's dialer in package image excepted, so
// that moving to another library is this package's business alone. API versions from 1.41 (engine 20.10) to 1.51
// are spoken; which one is settled by one ping when the engine is opened, and what old versions lack is made
// up for here: a stop signal, several networks at create, no interval for the first health checks.
package docker

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"

	"github.com/docker/docker/client"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// The API versions spoken: below oldestAPI an engine is refused, above the client's own it is asked to step down.
const oldestAPI = "1.41"

// Options says which engine to open. The zero value means what the docker command would use.
type Options struct {
	Host    string // unix://, tcp://, ssh://; before anything in the environment
	Context string // a docker context by name; before DOCKER_HOST, after Host

	// Env looks up environment variables, os.Getenv when nil.
	Env func(string) string
	// ConfigDir is where docker's config.json and contexts are: DOCKER_CONFIG or ~/.docker when empty.
	ConfigDir string

	// Record, when set, is told each request before it is sent: the method and the path below the API
	// version, "GET" and "/containers/json". A test of what may change nothing listens here.
	Record func(method, path string)
}

// Reader asks an engine and cannot change it: what planning is handed.
type Reader struct {
	client *client.Client
	target target
	auth   *credentials
	record func(method, path string)
	about  atomic.Pointer[engine.Info] // nil until it was asked for
}

// Engine is a Docker engine.
type Engine struct {
	*Reader
}

var (
	_ engine.Reader = (*Reader)(nil)
	_ engine.Engine = (*Engine)(nil)
)

// Open finds the engine and pings it once. It returns engine.ErrUnreachable when nothing answers and
// engine.ErrTooOld when what answers speaks no API from 1.41 on; both say what to do.
func Open(ctx context.Context, options Options) (*Engine, error) {
	reader, err := OpenReader(ctx, options)
	if err != nil {
		return nil, err
	}
	return &Engine{Reader: reader}, nil
}

// OpenReader is Open for whoever only asks.
func OpenReader(ctx context.Context, options Options) (*Reader, error) {
	options = options.withDefaults()
	target, err := options.target()
	if err != nil {
		return nil, err
	}
	cli, err := connect(target, options.Record)
	if err != nil {
		return nil, err
	}
	reader := &Reader{
		client: cli,
		target: target,
		auth:   &credentials{dir: options.ConfigDir},
		record: options.Record,
	}
	if err := reader.negotiate(ctx); err != nil {
		_ = cli.Close()
		return nil, err
	}
	return reader, nil
}

// ReadOnly returns the part of the engine that cannot change it.
func (e *Engine) ReadOnly() *Reader { return e.Reader }

// Close lets go of idle connections; streams that are open stay so.
func (r *Reader) Close() error { return r.client.Close() }

// API returns the negotiated API version, without asking the engine.
func (r *Reader) API() string { return r.client.ClientVersion() }

// Client returns Docker's own client, for what the contract does not cover.
func (e *Engine) Client() *client.Client { return e.client }

// DialHijack opens a raw connection to one of the engine's upgrading endpoints, /grpc and /session of its
// BuildKit among them.
func (e *Engine) DialHijack(ctx context.Context, path, proto string, meta map[string][]string) (net.Conn, error) {
	e.note(http.MethodPost, path)
	conn, err := e.client.DialHijack(ctx, path, proto, meta)
	if err != nil {
		return nil, failed(err, "connecting to the engine's %s", path)
	}
	return conn, nil
}

// note records a request that does not pass through the transport, as upgraded connections do not.
func (r *Reader) note(method, path string) {
	if r.record != nil {
		r.record(method, path)
	}
}
