package helper

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/ask"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/helper/internal/wire"
	"github.com/deployrecipe/recipe/builtins/label"
)

var errGuestLost = errors.New("the helper beside the container was lost")

// Guest is a second helper, in the network of some container: it reaches what that one reaches, by the same names. So
// a database on a network that no port leads to is asked as the app asks it, wherever the engine is. It ends with its
// stream, as any helper, and mounts nothing.
type Guest struct{ session *Session }

// Beside brings up a helper in the network of a running container; Close ends it.
func (s *Session) Beside(ctx context.Context, container string) (*Guest, error) {
	if err := s.RecordKept(ctx); err != nil { // what an earlier apply left is gone by then
		return nil, err
	}
	name := s.options.Recipe.Name + "-guest-" + strings.ToLower(rand.Text()[:8])
	sure, cancel := context.WithTimeout(context.WithoutCancel(ctx), finish)
	defer cancel()
	id, err := ofImage(sure, s.engine, s.binary, func() (string, error) {
		return s.engine.CreateContainer(sure, guestSpec(s.options, name, s.binary.tag, container))
	})
	if err != nil {
		return nil, fmt.Errorf("bringing a helper beside container %s: %w", container, err)
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	g := &Session{
		engine: s.engine, options: s.options, name: name, id: id, loss: errGuestLost, binary: s.binary, since: time.Now(), stop: stop,
		ready: make(chan struct{}), lost: make(chan struct{}), over: make(chan struct{}),
	}
	g.options.After = nil
	go g.start(background)
	if err := g.Ready(ctx); err != nil {
		return nil, errors.Join(err, (&Guest{g}).Close(ctx))
	}
	return &Guest{g}, nil
}

// Close ends the helper and returns when its container is gone. The context may be one that has ended.
func (g *Guest) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finish)
	defer cancel()
	g.session.end(ctx)
	return g.session.gone(ctx)
}

// SQL asks a database once, until ctx ends. An error means that the helper could not be asked.
func (g *Guest) SQL(ctx context.Context, q ask.Query) (out ask.Rows, err error) {
	in := wire.Query{Call: g.session.begin(left(ctx)), Query: q}
	err = g.session.long(ctx, in.ID, "SQL", in, &out)
	return out, err
}

// ZooKeeper asks an ensemble once, as SQL does.
func (g *Guest) ZooKeeper(ctx context.Context, e ask.Ensemble) (out ask.Members, err error) {
	in := wire.Ensemble{Call: g.session.begin(left(ctx)), Ensemble: e}
	err = g.session.long(ctx, in.ID, "ZooKeeper", in, &out)
	return out, err
}

// left is how long a context lasts, 0 where it has no end.
func left(ctx context.Context) time.Duration {
	if end, ok := ctx.Deadline(); ok {
		return max(time.Millisecond, time.Until(end))
	}
	return 0
}

// guestSpec is a container that may do nothing but connect.
func guestSpec(o Options, name, image, beside string) engine.ContainerSpec {
	return engine.ContainerSpec{
		Name: name, Image: image, Command: o.Command, User: "65534:65534",
		Labels: map[string]string{
			label.Recipe: o.Recipe.Name, label.Origin: o.Recipe.Origin, label.Role: RoleGuest, labelBy: o.Who,
		},
		NetworkMode: "container:" + beside,
		OpenStdin:   true,
		AutoRemove:  true,
		ReadOnly:    true,
		CapDrop:     []string{"ALL"},
		SecurityOpt: []string{"no-new-privileges"},
		Logging:     &engine.Logging{Driver: "none"},
	}
}

// removeGuests removes what an apply left that was killed between the making of a guest and its start. The lock is
// held, so whatever there is has no owner; one that runs still ends by itself.
func (s *Session) removeGuests(ctx context.Context) error {
	left, err := s.engine.Containers(ctx, map[string]string{label.Recipe: s.options.Recipe.Name, label.Role: RoleGuest})
	for _, c := range left {
		err = errors.Join(err, s.engine.RemoveContainer(ctx, c.ID))
	}
	return err
}
