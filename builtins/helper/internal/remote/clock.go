package remote

import (
	"time"

	"github.com/deployrecipe/recipe/builtins/helper/internal/wire"
)

// Clock tells the time where the helper runs, which may be another than that of its client.
func (s *service) Clock(_ wire.None, out *wire.Clock) error {
	s.hear()
	out.Now = time.Now()
	return nil
}
