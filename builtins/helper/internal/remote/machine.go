package remote

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/deployrecipe/recipe/builtins/helper/internal/wire"
	"github.com/deployrecipe/recipe/builtins/listening"
)

// Machine reads who listens for TCP in the helper's network, which is the machine's where the helper has host
// networking, and what else the kernel tells. It is asked itself, and no tool, since the helper's image holds
// nothing else.
func (s *service) Machine(_ wire.None, out *wire.Machine) error {
	s.hear()
	listeners, err := listening.TCP(filepath.Join(s.Proc, "net"))
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return wire.Pack(fmt.Errorf("reading who listens: %w", err))
	}
	for _, address := range listeners {
		out.Listeners = append(out.Listeners, address.String())
	}
	// Where IPv6 is switched off no interface has an address of it, the loopback included.
	interfaces, err := os.ReadFile(filepath.Join(s.Proc, "net", "if_inet6"))
	out.IPv6 = err == nil && len(interfaces) > 0
	out.Files = maxFiles()
	return nil
}
