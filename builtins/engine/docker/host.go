package docker

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/cli/cli/config"
	"github.com/docker/docker/client"
	"github.com/docker/go-connections/tlsconfig"
)

// target is where an engine is and how we came to look there.
type target struct {
	host string // a URL, as DOCKER_HOST has it
	from string // what named it, for messages
	tls  *tls.Config
	api  string // pinned API version, "" to negotiate
}

func (o Options) withDefaults() Options {
	if o.Env == nil {
		o.Env = os.Getenv
	}
	if o.ConfigDir == "" {
		o.ConfigDir = o.Env("DOCKER_CONFIG")
	}
	if o.ConfigDir == "" {
		if home, err := os.UserHomeDir(); err == nil {
			o.ConfigDir = filepath.Join(home, ".docker")
		}
	}
	return o
}

// target decides as the docker command does: what was asked for, then DOCKER_HOST, then DOCKER_CONTEXT, then
// the context chosen with "docker context use", then the default socket.
func (o Options) target() (target, error) {
	api := strings.TrimPrefix(o.Env("DOCKER_API_VERSION"), "v")
	if o.Host != "" {
		return o.withEnvTLS(target{host: o.Host, from: "the host given", api: api})
	}
	if o.Context == "" {
		if host := o.Env("DOCKER_HOST"); host != "" {
			return o.withEnvTLS(target{host: host, from: "DOCKER_HOST", api: api})
		}
	}
	name, from, err := o.contextName()
	if err != nil {
		return target{}, err
	}
	if name == "" || name == "default" {
		return target{host: client.DefaultDockerHost, from: "the default socket", api: api}, nil
	}
	t, err := o.contextTarget(name, from)
	t.api = api
	return t, err
}

func (o Options) contextName() (name, from string, err error) {
	if o.Context != "" {
		return o.Context, "the context given", nil
	}
	if name := o.Env("DOCKER_CONTEXT"); name != "" {
		return name, "DOCKER_CONTEXT", nil
	}
	if o.ConfigDir == "" {
		return "", "", nil
	}
	file, err := config.Load(o.ConfigDir)
	if err != nil {
		return "", "", fmt.Errorf("docker's configuration: %w", err)
	}
	return file.CurrentContext, "docker's current context", nil
}

// withEnvTLS adds the certificates of DOCKER_CERT_PATH. As with docker itself, naming a directory turns TLS
// on, and DOCKER_TLS_VERIFY decides whether the engine's own certificate is checked.
func (o Options) withEnvTLS(t target) (target, error) {
	verify := o.Env("DOCKER_TLS_VERIFY") != ""
	dir := o.Env("DOCKER_CERT_PATH")
	if dir == "" && verify {
		dir = o.ConfigDir
	}
	if dir == "" || !strings.HasPrefix(t.host, "tcp://") {
		return t, nil
	}
	var err error
	t.tls, err = loadTLS(dir, !verify)
	return t, err
}

func loadTLS(dir string, skipVerify bool) (*tls.Config, error) {
	options := tlsconfig.Options{InsecureSkipVerify: skipVerify, ExclusiveRootPools: true}
	for name, field := range map[string]*string{
		"ca.pem": &options.CAFile, "cert.pem": &options.CertFile, "key.pem": &options.KeyFile,
	} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			*field = path
		}
	}
	conf, err := tlsconfig.Client(options)
	if err != nil {
		return nil, fmt.Errorf("the certificates in %s: %w", dir, err)
	}
	return conf, nil
}

// contextMeta is the part of a context's meta.json that tells where its engine is.
type contextMeta struct {
	Endpoints map[string]struct {
		Host          string
		SkipTLSVerify bool
	}
}

// contextTarget reads a docker context where docker stores it: under the SHA-256 of its name.
func (o Options) contextTarget(name, from string) (target, error) {
	sum := sha256.Sum256([]byte(name))
	id := hex.EncodeToString(sum[:])
	contexts := filepath.Join(o.ConfigDir, "contexts")
	text, err := os.ReadFile(filepath.Join(contexts, "meta", id, "meta.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return target{}, fmt.Errorf("there is no docker context %q (from %s) in %s: see \"docker context ls\"", name, from, contexts)
	}
	if err != nil {
		return target{}, fmt.Errorf("docker context %q: %w", name, err)
	}
	var meta contextMeta
	if err := json.Unmarshal(text, &meta); err != nil {
		return target{}, fmt.Errorf("docker context %q: %w", name, err)
	}
	endpoint, ok := meta.Endpoints["docker"]
	if !ok || endpoint.Host == "" {
		return target{}, fmt.Errorf("docker context %q names no docker engine", name)
	}
	t := target{host: endpoint.Host, from: fmt.Sprintf("docker context %q, from %s", name, from)}
	certs := filepath.Join(contexts, "tls", id, "docker")
	if _, err := os.Stat(certs); err == nil || endpoint.SkipTLSVerify {
		t.tls, err = loadTLS(certs, endpoint.SkipTLSVerify)
		return t, err
	}
	return t, nil
}

// address is where users reach ports of the engine's machine.
func (t target) address() string {
	u, err := url.Parse(t.host)
	if err != nil || u.Hostname() == "" || u.Scheme == "unix" || u.Scheme == "npipe" {
		return "localhost"
	}
	return u.Hostname()
}
