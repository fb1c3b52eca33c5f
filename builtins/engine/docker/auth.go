package docker

import (
	"fmt"
	"sync"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/docker/api/types/registry"
)

// credentials finds what the user logged in to registries with: docker's config.json and its credential
// helpers. It reads them when first asked.
type credentials struct {
	dir  string
	once sync.Once
	file *configfile.ConfigFile
	err  error
}

// forRef returns the encoded credentials for the registry that ref names, empty ones where there are none.
func (c *credentials) forRef(ref string) (string, error) {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return "", fmt.Errorf("image reference %q: %w", ref, err)
	}
	c.once.Do(func() { c.file, c.err = config.Load(c.dir) })
	if c.err != nil {
		return "", fmt.Errorf("docker's configuration: %w", c.err)
	}
	host := reference.Domain(named)
	if host == "docker.io" {
		host = "https://index.docker.io/v1/" // the key that docker login files it under
	}
	found, err := c.file.GetAuthConfig(host)
	if err != nil {
		return "", fmt.Errorf("credentials for %s: %w", host, err)
	}
	return registry.EncodeAuthConfig(registry.AuthConfig{
		Username: found.Username, Password: found.Password, Auth: found.Auth,
		ServerAddress: found.ServerAddress, IdentityToken: found.IdentityToken, RegistryToken: found.RegistryToken,
	})
}
