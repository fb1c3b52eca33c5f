package edge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/helper"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/proxy/haproxy"
	"github.com/deployrecipe/recipe/eval/kind"
)

const (
	// maxConn is how many clients an edge serves at once, where it may have the files: two for each, and some
	// for sockets and checks. HAProxy takes what it needs up to the hard limit that the engine gives its
	// containers, and engines refuse to give more than they have themselves, so the limit is taken as it is.
	maxConn    = 8192
	spareFiles = 512

	// The access log is kept by the engine, so much of it: some 400,000 requests. Driver local is the one that every
	// engine has, keeps in bounds and can be read back.
	logSize, logFiles = "32m", "3"

	user       = "haproxy" // whom HAProxy becomes after binding, where the image has it
	stopSignal = "SIGUSR1" // ends HAProxy when its connections have ended
	stopLimit  = 30 * time.Second
)

func (w *worker) ensureStep(ctx context.Context, config EnsureConfig, in kind.Inputs) (kind.Outputs, error) {
	if err := w.ensure(ctx, config, in.Report); err != nil {
		return nil, fmt.Errorf("edge %s: %w", config.Edge, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ensured = &config
	return nil, nil
}

// ensure has the edge exist and answer. Several may do so at once: one of them makes the container.
func (w *worker) ensure(ctx context.Context, config EnsureConfig, report func(string)) error {
	c, err := w.Engine.Container(ctx, config.Edge)
	switch {
	case errors.Is(err, engine.ErrNotFound):
		if c.ID, err = w.make(ctx, config, report); err != nil {
			return err
		}
	case err != nil:
		return err
	case c.Labels[label.Role] != helper.RoleEdge:
		return fmt.Errorf("a container of that name exists and is not it: remove it, or name the edge otherwise with RECIPE_EDGE")
	}
	if c.State != engine.Running {
		if err := w.start(ctx, c); err != nil {
			return err
		}
	}
	return w.answers(ctx, c.ID)
}

// make creates the edge's container.
func (w *worker) make(ctx context.Context, config EnsureConfig, report func(string)) (id string, err error) {
	if !config.Host {
		return "", errors.New("this engine is rootless or a desktop's, where an edge needs published ports, which recipe does not support yet: use an engine that runs as root on Linux")
	}
	if err := w.image(ctx, config.Image, report); err != nil {
		return "", err
	}
	if err := helper.EnsureVolume(ctx, w.Engine, helper.EdgeVolume(config.Edge)); err != nil {
		return "", err
	}
	id, err = w.Engine.CreateContainer(ctx, containerSpec(config))
	if errors.Is(err, engine.ErrConflict) {
		// Someone else makes it at this moment. Both go on, since all that follows may be done twice.
		id, err = w.others(ctx, config.Edge)
	}
	return id, err
}

// start starts the edge's container once its files are there: whoever made it may have died before it wrote them.
func (w *worker) start(ctx context.Context, c engine.Container) error {
	if err := w.firstFiles(ctx, c.ID); err != nil {
		return err
	}
	if c.State == engine.Restarting { // the engine waits ever longer before it tries again
		if err := w.Engine.StopContainer(ctx, c.ID, "", 0); err != nil {
			return err
		}
	}
	return w.Engine.StartContainer(ctx, c.ID)
}

// others gives the container that someone else is making: its name is taken some time before it is there.
func (w *worker) others(ctx context.Context, name string) (id string, err error) {
	for end := time.Now().Add(answerLimit); ; time.Sleep(answerPoll) {
		c, err := w.Engine.Container(ctx, name)
		if !errors.Is(err, engine.ErrNotFound) || time.Now().After(end) {
			return c.ID, err
		}
	}
}

// image has the image exist, pulling it where the engine has none.
func (w *worker) image(ctx context.Context, ref string, report func(string)) error {
	_, err := w.Engine.Image(ctx, ref)
	if !errors.Is(err, engine.ErrNotFound) {
		return err
	}
	report("pulling " + ref)
	_, err = w.Engine.Pull(ctx, ref, "", nil)
	return err
}

// containerSpec is the edge's container. The master stays root, to bind ports and to bring up workers that are
// not; no other capability than those for that is left to it, and it can write to the volume alone.
func containerSpec(config EnsureConfig) engine.ContainerSpec {
	return engine.ContainerSpec{
		Name:        config.Edge,
		Image:       config.Image,
		Command:     []string{"haproxy", "-W", "-db", "-S", helper.EdgeDir + "/" + haproxy.MasterSocket + ",mode,600", "-f", helper.EdgeDir + "/cfg"},
		User:        "0:0",
		Labels:      helper.EdgeVolume(config.Edge).Labels,
		StopSignal:  stopSignal,
		StopTimeout: stopLimit,
		NetworkMode: "host",
		Restart:     "always",
		Mounts:      []engine.Mount{{Volume: config.Edge, Target: helper.EdgeDir}},
		ReadOnly:    true,
		CapDrop:     []string{"ALL"},
		CapAdd:      []string{"NET_BIND_SERVICE", "SETUID", "SETGID", "KILL"},
		SecurityOpt: []string{"no-new-privileges"},
		Logging:     &engine.Logging{Driver: "local", Options: map[string]string{"max-size": logSize, "max-file": logFiles}},
	}
}

// firstFiles writes what HAProxy needs to start. Files that an earlier edge left in the volume stay: what they
// say is meant still.
func (w *worker) firstFiles(ctx context.Context, id string) (err error) {
	if w.Host == nil {
		return nil
	}
	unlock, err := w.Host.Lock(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	there, err := w.Host.ReadFiles(ctx)
	if err != nil {
		return err
	}
	options, err := w.options(ctx, id)
	if err != nil {
		return err
	}
	files, err := haproxy.Global(options)
	if err != nil {
		return err
	}
	files["run/.keep"] = nil // a directory for the sockets
	for name := range there {
		delete(files, name)
	}
	return w.Host.WriteFiles(ctx, files, nil)
}

// options are what a new edge is made with.
func (w *worker) options(ctx context.Context, id string) (options haproxy.Options, err error) {
	machine, err := w.Machine(ctx)
	if err != nil {
		return options, err
	}
	options = haproxy.Options{Dir: helper.EdgeDir, IPv6: machine.IPv6, MaxConn: maxConn}
	if n := machine.MaxFiles; n > 2*spareFiles {
		options.MaxConn = int(min(maxConn, (n-spareFiles)/2))
	}
	options.User, options.Group, err = account(ctx, w.Engine, id)
	return options, err
}
