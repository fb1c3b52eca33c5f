package stage

import (
	"context"
	"os"

	"github.com/deployrecipe/recipe/builtins/engine"
)

const (
	proxyVariable = "RECIPE_PROXY_IMAGE"
	// localProxy is the image that make setup builds out of an installed HAProxy.
	localProxy = "recipe/haproxy:local"
)

// ProxyImage returns the image that edges should be made from: what RECIPE_PROXY_IMAGE says, or else the one of
// the set-up, which needs no registry. It is empty where neither is there, and the tool's default holds.
func ProxyImage(ctx context.Context, r engine.Reader) string {
	if name := os.Getenv(proxyVariable); name != "" {
		return name
	}
	if _, err := r.Image(ctx, localProxy); err != nil {
		return ""
	}
	return localProxy
}

// ProxyEnv is the environment that tells the tool of that image.
func ProxyEnv(image string) []string {
	if image == "" {
		return nil
	}
	return []string{proxyVariable + "=" + image}
}
