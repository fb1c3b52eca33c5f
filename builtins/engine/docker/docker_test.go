package docker_test

import (
	"testing"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/enginetest"
)

func TestEngine(t *testing.T) {
	e := enginetest.Docker(t)
	image := enginetest.Program(t, e)
	enginetest.Run(t, func(testing.TB) engine.Engine { return e }, enginetest.Options{Image: image})
}
