package remote

import (
	"github.com/deployrecipe/recipe/builtins/ask"
	"github.com/deployrecipe/recipe/builtins/helper/internal/wire"
)

// SQL asks a database once. It never fails itself: what went wrong is part of the answer.
func (s *service) SQL(in wire.Query, out *ask.Rows) error {
	ctx, end := s.begin(in.Call)
	defer end()
	*out = ask.SQL(ctx, in.Query)
	return nil
}

// ZooKeeper asks an ensemble once, as SQL does.
func (s *service) ZooKeeper(in wire.Ensemble, out *ask.Members) error {
	ctx, end := s.begin(in.Call)
	defer end()
	*out = ask.ZooKeeper(ctx, in.Ensemble)
	return nil
}
