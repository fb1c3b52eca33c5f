package helper

import (
	"context"
	"errors"
	"fmt"
	"net/rpc"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// ErrLockLost says that a session does not hold its recipe's lock any more, so that no step may be begun.
var ErrLockLost = errors.New("the recipe's lock was lost")

// Session is a recipe's lock, held, and the helper that comes with it. It is safe for concurrent use.
type Session struct {
	engine  engine.Engine
	options Options
	name    string // of the container, and its id
	id      string
	loss    error // what it is to lose the helper
	binary  binaryFile
	since   time.Time

	stop   context.CancelFunc // ends what goes on in the background
	ready  chan struct{}      // closed when the helper answers, or failed to
	failed error              // why it does not; set before ready closes

	stream engine.Stream
	over   chan struct{} // closed when the stream has ended
	client *rpc.Client
	call   atomic.Uint64
	heard  atomic.Int64 // when the helper answered last, in wall-clock nanoseconds
	lost   chan struct{}
	cause  error // why it was lost; set before lost closes

	loseOnce, overOnce sync.Once

	record recordKeeper
	atEnd  []func(context.Context) error
	mu     sync.Mutex
}

// Open takes a recipe's lock and brings up its helper. It returns as soon as the lock is held; the helper may
// still be starting (see Ready). A lock that someone else holds for longer than Options.Wait is a *HeldError.
// ctx bounds the opening only: a session lives until Close.
func Open(ctx context.Context, e engine.Engine, o Options) (*Session, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	binary, err := inspect(o.Binary)
	if err != nil {
		return nil, err
	}
	if err := prepare(ctx, e, o, binary); err != nil {
		return nil, err
	}
	queue := &line{engine: e, Options: o, binary: binary}
	id, err := queue.acquire(ctx)
	if err != nil {
		return nil, err
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	s := &Session{
		engine: e, options: o, name: LockName(o.Recipe.Name), id: id, loss: ErrLockLost, binary: binary, since: time.Now(), stop: stop,
		ready: make(chan struct{}), lost: make(chan struct{}), over: make(chan struct{}),
	}
	s.record.done = make(chan struct{})
	go s.start(background)
	go s.keepRecord(background)
	return s, nil
}

// prepare has the image and the volumes exist, since a container that mounts a missing volume would create it
// without labels.
func prepare(ctx context.Context, e engine.Engine, o Options, binary binaryFile) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return ensureImage(ctx, e, binary) })
	group.Go(func() error { return EnsureVolume(ctx, e, recordVolume(o.Recipe)) })
	if o.Edge != "" {
		group.Go(func() error { return EnsureVolume(ctx, e, EdgeVolume(o.Edge)) })
	}
	return group.Wait()
}

// EnsureVolume creates a volume unless it exists. One without labels is taken for ours: that is what is left
// when a volume is removed in the instant before a container that mounts it is created.
func EnsureVolume(ctx context.Context, e engine.Engine, spec engine.VolumeSpec) error {
	err := e.CreateVolume(ctx, spec)
	if !errors.Is(err, engine.ErrConflict) {
		return err
	}
	volumes, listErr := e.Volumes(ctx, nil)
	if listErr != nil {
		return listErr
	}
	for _, v := range volumes {
		if v.Name == spec.Name && len(v.Labels) == 0 {
			return nil
		}
	}
	return fmt.Errorf("%w: recipe needs that name for a volume of its own", err)
}

// Ready waits until the helper answers. Every call does so by itself.
func (s *Session) Ready(ctx context.Context) error {
	select {
	case <-s.ready:
		return s.failed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Alive tells whether the lock is still held: nil, or an error that is ErrLockLost. It is cheap, and asked
// before each step. A session that slept, as in a suspended laptop, asks its helper before it answers.
func (s *Session) Alive() error {
	if time.Since(s.since) > s.options.Silence*2/3 {
		<-s.ready // by now the container may be taken for stale
	}
	select {
	case <-s.ready:
	default:
		return nil // held by name, the helper still starting
	}
	select {
	case <-s.lost:
		return s.cause
	default:
	}
	// Without the monotonic clock, which stands still while a machine sleeps.
	if quiet := time.Now().UnixNano() - s.heard.Load(); time.Duration(quiet) < s.options.Silence*2/3 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.options.Silence/3)
	defer cancel()
	if err := s.Ping(ctx); err != nil {
		s.lose(fmt.Errorf("the helper does not answer: %w", err))
		return s.cause
	}
	return nil
}

// lose marks the lock as lost, for the first reason given.
func (s *Session) lose(why error) {
	s.loseOnce.Do(func() {
		s.cause = fmt.Errorf("%w: %w", s.loss, why)
		close(s.lost)
	})
}

// AtEnd has f run in Close when the helper is gone and its volumes are mounted no more. The lock is not held
// then, so f must bear that someone else begins.
func (s *Session) AtEnd(f func(context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.atEnd = append(s.atEnd, f)
}
