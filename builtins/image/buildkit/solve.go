// Package buildkit has the BuildKit of a Docker engine build an image.
//
// The engine offers BuildKit's own protocol on two upgraded connections. Through them it is asked to run its built-in
// Dockerfile frontend and to put the result into the engine's image store; it asks back for the files that
// changed, for secrets at the moment of their use, and for the user's registry credentials.
package buildkit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/docker/cli/cli/config"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/auth/authprovider"
	"github.com/moby/buildkit/session/secrets"
	"github.com/moby/buildkit/session/secrets/secretsprovider"
	"github.com/moby/buildkit/session/sshforward/sshprovider"
	"github.com/tonistiigi/fsutil"
)

// Engine opens upgraded connections to an engine.
type Engine interface {
	DialHijack(ctx context.Context, path, proto string, meta map[string][]string) (net.Conn, error)
}

// Request is what to build.
type Request struct {
	Tags       []string // the names that the image gets
	Dir        string   // the context
	Ignore     []string // patterns of what in Dir the builder does not see
	Dockerfile string   // its text
	Args       map[string]string
	Platform   string
	Target     string
	Labels     map[string]string
	// Secret gives the values of the secrets that are mounted, by id, when they are used.
	Secret func(id string) (string, error)
	// SSH are the ids of the agents to forward; each is the user's agent.
	SSH          []string
	Entitlements []string
	// Key tells this context apart from others, so that only what changed since its last build is sent.
	Key string
	// NoCache builds every step anew.
	NoCache bool
}

// Solve builds the image and returns the digest that the engine knows it by, which other engines do not. Lines of
// progress go to report. A build that fails is an *Error.
func Solve(ctx context.Context, engine Engine, request Request, report func(line string)) (imageID string, err error) {
	c, err := client.New(ctx, "",
		client.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			return engine.DialHijack(ctx, "/grpc", "h2c", nil)
		}),
		client.WithSessionDialer(func(ctx context.Context, proto string, meta map[string][]string) (net.Conn, error) {
			return engine.DialHijack(ctx, "/session", proto, meta)
		}),
	)
	if err != nil {
		return "", fmt.Errorf("connecting to the engine's builder: %w", err)
	}
	defer c.Close()
	values := &store{lookup: request.Secret}
	options, err := request.options(values)
	if err != nil {
		return "", err
	}

	status := make(chan *client.SolveStatus)
	trace := newTrace(request.Dockerfile, report)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for s := range status {
			trace.update(s)
		}
	}()
	response, err := c.Solve(ctx, nil, options, status)
	<-done
	if err != nil {
		if values.err != nil {
			err = values.err
		}
		return "", trace.failure(ctx, err)
	}
	return response.ExporterResponse["containerimage.digest"], nil
}

// SharedKey makes a Request.Key.
func SharedKey(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// options puts the request into BuildKit's words.
func (r Request) options(values *store) (client.SolveOpt, error) {
	attrs := map[string]string{"filename": "Dockerfile"}
	for name, value := range r.Args {
		attrs["build-arg:"+name] = value
	}
	for name, value := range r.Labels {
		attrs["label:"+name] = value
	}
	if r.Platform != "" {
		attrs["platform"] = r.Platform
	}
	if r.Target != "" {
		attrs["target"] = r.Target
	}
	if r.NoCache {
		attrs["no-cache"] = ""
	}
	attachables, err := r.attachables(values)
	if err != nil {
		return client.SolveOpt{}, err
	}
	mounts, err := r.mounts()
	if err != nil {
		return client.SolveOpt{}, err
	}
	return client.SolveOpt{
		Exports:             []client.ExportEntry{{Type: "moby", Attrs: map[string]string{"name": strings.Join(r.Tags, ",")}}},
		LocalMounts:         mounts,
		SharedKey:           r.Key,
		Frontend:            "dockerfile.v0",
		FrontendAttrs:       attrs,
		Session:             attachables,
		AllowedEntitlements: r.Entitlements,
	}, nil
}

// mounts are the two directories that the frontend asks for. The patterns go along as the Dockerfile's own ignore
// file: the frontend would else apply the context's, which may not be the one that counts.
func (r Request) mounts() (map[string]fsutil.FS, error) {
	files, err := fsutil.NewFS(r.Dir)
	if err != nil {
		return nil, fmt.Errorf("reading the build context %s: %w", r.Dir, err)
	}
	filtered, err := fsutil.NewFilterFS(files, &fsutil.FilterOpt{ExcludePatterns: r.Ignore})
	if err != nil {
		return nil, fmt.Errorf("reading the build context %s: %w", r.Dir, err)
	}
	dockerfile := memory{
		"Dockerfile":              r.Dockerfile,
		"Dockerfile.dockerignore": strings.Join(r.Ignore, "\n") + "\n",
	}
	return map[string]fsutil.FS{"context": filtered, "dockerfile": dockerfile}, nil
}

// attachables are what the builder may ask for during the build.
func (r Request) attachables(values *store) ([]session.Attachable, error) {
	// What a broken docker config says goes nowhere: the registry's refusal tells enough.
	auth := authprovider.NewDockerAuthProvider(authprovider.DockerAuthProviderConfig{
		AuthConfigProvider: authprovider.LoadAuthConfig(config.LoadDefaultConfigFile(discard{})),
	})
	list := []session.Attachable{auth}
	if values.lookup != nil {
		list = append(list, secretsprovider.NewSecretProvider(values))
	}
	if len(r.SSH) > 0 {
		if os.Getenv("SSH_AUTH_SOCK") == "" {
			return nil, fmt.Errorf("the build uses an SSH agent and there is none: SSH_AUTH_SOCK is not set; start one with ssh-agent and add the key with ssh-add")
		}
		var agents []sshprovider.AgentConfig
		for _, id := range r.SSH {
			agents = append(agents, sshprovider.AgentConfig{ID: id})
		}
		ssh, err := sshprovider.NewSSHAgentProvider(agents)
		if err != nil {
			return nil, fmt.Errorf("connecting to the SSH agent: %w", err)
		}
		list = append(list, ssh)
	}
	return list, nil
}

// store gives secrets to the builder. The builder is told only that there is none, so the reason is kept.
type store struct {
	lookup func(id string) (string, error)
	err    error // read only once the build ended
}

// GetSecret gives one secret.
func (s *store) GetSecret(_ context.Context, id string) ([]byte, error) {
	value, err := s.lookup(id)
	if err != nil {
		s.err = err
		return nil, secrets.ErrNotFound
	}
	return []byte(value), nil
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }
