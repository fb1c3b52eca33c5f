package edge

import (
	"context"
	"fmt"

	"github.com/deployrecipe/recipe/builtins/certificate"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/secret"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/state"
)

// CertifyConfig is the config of OpCertify.
type CertifyConfig struct {
	Recipe       string             `json:"recipe"`
	Certificates []GivenCertificate `json:"certificates"`
	// Keep are the IDs of all certificates that the recipe wants; others that no site names are removed.
	Keep []string `json:"keep"`
}

// GivenCertificate is a certificate as the plan knows it, and where its texts come from.
type GivenCertificate struct {
	proxy.Certificate
	Chain state.Text `json:"pem"`
	Key   state.Text `json:"key"`
}

// certify brings certificates and keys to the edge. They are those that the plan told of: a secret that gives another
// one by now is refused.
func (w *worker) certify(ctx context.Context, config CertifyConfig, in kind.Inputs) (kind.Outputs, error) {
	var pairs []proxy.Pair
	for _, given := range config.Certificates {
		chain, err := given.Chain.Reveal(in.Secret)
		if err != nil {
			return nil, err
		}
		key, err := given.Key.Reveal(in.Secret)
		if err != nil {
			return nil, err
		}
		if w.Host == nil && (secret.MadeUp(chain) || secret.MadeUp(key)) { // a test's, on an edge that keeps no keys
			pairs = append(pairs, proxy.Pair{Certificate: given.Certificate})
			continue
		}
		pair, err := certificate.Pair(given.Name, chain, key)
		if err != nil {
			return nil, fmt.Errorf("certificate %s: %w", given.Name, err)
		}
		if pair.ID() != given.ID() {
			return nil, fmt.Errorf("certificate %s is another one than the plan was made with: plan again", given.Name)
		}
		pairs = append(pairs, pair)
	}
	return nil, w.Edge.Certify(ctx, config.Recipe, pairs, config.Keep)
}
