package helper_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/ask"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/enginetest"
	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/builtins/helper/helpertest"
	"github.com/deployrecipe/recipe/builtins/label"
)

// A guest is in the network of the container that it is beside, asks from there, and leaves nothing behind; the next
// session removes one that was made and never started.
func TestGuest(t *testing.T) {
	t.Parallel()
	e, ctx := enginetest.Docker(t), deadline(t)
	recipe := helpertest.Recipe(t, e)
	o := helpertest.Options(t, e, recipe, "")
	s := helpertest.Open(t, e, o)
	if err := s.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	image, err := helper.Image(o.Binary)
	if err != nil {
		t.Fatal(err)
	}
	labels := map[string]string{label.Recipe: recipe.Name}
	app, err := e.CreateContainer(ctx, engine.ContainerSpec{Name: recipe.Name + "-app", Image: image, NetworkMode: "none", OpenStdin: true, Labels: labels})
	if err != nil {
		t.Fatal(err)
	}
	stream, err := e.Attach(ctx, app) // which keeps it running
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	if _, err := s.Beside(ctx, app); err == nil {
		t.Error("a helper came up beside a container that does not run")
	}
	if err := e.StartContainer(ctx, app); err != nil {
		t.Fatal(err)
	}
	g, err := s.Beside(ctx, app)
	if err != nil {
		t.Fatal(err)
	}
	// With no network but its own, nobody is there and no name is known; the machine's listeners are not its.
	rows, err := g.SQL(ctx, ask.Query{URL: "postgres://u:hush@127.0.0.1:5432/x", Text: "SELECT 1"})
	if err != nil || rows.Why != "127.0.0.1:5432: connection refused" {
		t.Errorf("a database: %+v, %v", rows, err)
	}
	members, err := g.ZooKeeper(ctx, ask.Ensemble{Servers: []string{"zk.invalid:2181"}})
	if err != nil || len(members.Servers) != 1 || !strings.Contains(members.Servers[0].Why, "zk.invalid") {
		t.Errorf("ZooKeeper: %+v, %v", members, err)
	}
	if err := g.Close(ctx); err != nil {
		t.Error(err)
	}
	guests := map[string]string{label.Recipe: recipe.Name, label.Role: helper.RoleGuest}
	if left, err := e.Containers(ctx, guests); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, err := g.SQL(ctx, ask.Query{}); err == nil || errors.Is(err, helper.ErrLockLost) {
		t.Errorf("after its end a guest says: %v", err)
	}
	if err := s.Alive(); err != nil {
		t.Error(err)
	}

	guests[label.Origin] = recipe.Origin
	if _, err := e.CreateContainer(ctx, engine.ContainerSpec{Name: recipe.Name + "-guest-dead", Image: image, Labels: guests}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(ctx); err != nil {
		t.Fatal(err)
	}
	next := helpertest.Open(t, e, o)
	if err := next.RecordKept(ctx); err != nil {
		t.Fatal(err)
	}
	if left, err := e.Containers(ctx, guests); err != nil || len(left) > 0 {
		t.Errorf("the next session left %v, %v", left, err)
	}
}
