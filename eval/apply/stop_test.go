package apply_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deployrecipe/recipe/eval/apply"
	"github.com/deployrecipe/recipe/eval/evaltest"
	"github.com/deployrecipe/recipe/eval/kind"
	"github.com/deployrecipe/recipe/eval/plan"
)

// One Ctrl-C: the step in hand is finished, no other starts, the group goes back.
func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2500*time.Millisecond, cancel)
		_, err := runCtx(t, ctx, switching(), apply.Options{}, nil, `
			1s done build (1.0s)
			2s done start (1.0s)
			2.2s done other (1.2s)
			2.5s skip shift
			2.5s skip commit
			2.5s skip stop-old
			2.5s skip prune
			3s done check (1.0s)
			3s revert web: stop-new
			4s done undo stop-new (1.0s)
			`)
		if !errors.Is(err, apply.ErrCancelled) || err.Error() != "cancelled" {
			t.Errorf("error %v", err)
		}
	})
}

// A Ctrl-C when nothing is left to begin changes nothing: everything was done.
func TestCancelAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(500*time.Millisecond, cancel)
		p := evaltest.Plan(list(evaltest.S("only")), nil)
		if _, err := runCtx(t, ctx, p, apply.Options{}, nil, "1s done only (1.0s)\n"); err != nil {
			t.Errorf("error %v", err)
		}
	})
}

// A second one: everything stops where it is, the way back too.
func TestHard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2500*time.Millisecond, cancel)
		hard := make(chan struct{})
		time.AfterFunc(3500*time.Millisecond, func() { close(hard) })
		result, err := runCtx(t, ctx, switching(), apply.Options{Hard: hard}, nil, `
			1s done build (1.0s)
			2s done start (1.0s)
			2.2s done other (1.2s)
			2.5s skip shift
			2.5s skip commit
			2.5s skip stop-old
			2.5s skip prune
			3s done check (1.0s)
			3s revert web: stop-new
			3.5s FAILED undo stop-new: stopped at once, it may or may not have had its effect (0.50s)
			`)
		if err == nil || len(result.Reverted) != 1 || result.Reverted[0].Err == nil {
			t.Errorf("result %+v, error %v", result, err)
		}
	})
}

// Who lost the lock touches nothing any more, for the better or the worse.
func TestLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		alive := func() error {
			if calls++; calls > 3 {
				return errors.New("the lock is held by someone else")
			}
			return nil
		}
		result, err := run(t, switching(), apply.Options{Alive: alive}, nil, `
			1s done build (1.0s)
			2s done start (1.0s)
			2s skip check
			2s skip shift
			2s skip commit
			2s skip stop-old
			2s skip prune
			2.2s done other (1.2s)
			`)
		if !errors.Is(err, apply.ErrLost) || len(result.Reverted) != 1 || len(result.Reverted[0].Steps) != 0 {
			t.Errorf("result %+v, error %v", result, err)
		}
	})
}

func TestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := evaltest.Plan(list(evaltest.S("ends"), evaltest.S("deaf")), nil)
		p.Steps[0].Limit, p.Steps[1].Limit = 60*time.Second, 2*time.Minute
		release := make(chan struct{})
		defer close(release) // synctest wants no goroutine left
		doers := evaltest.Doers(p, kind.DoerFunc(func(ctx context.Context, s plan.Step, in kind.Inputs) (kind.Outputs, error) {
			if s.ID == "deaf" {
				<-release
			}
			<-ctx.Done()
			return nil, errors.Join(errors.New("GET /up answers 503"))
		}))
		run(t, p, apply.Options{Doers: doers}, nil, `
			60s FAILED ends: took longer than its limit of 60s: GET /up answers 503 (1m00s)
			125s FAILED deaf: took longer than its limit of 2m: it did not end when it was told to (2m05s)
			`)
	})
}

func TestPanicIsAFailure(t *testing.T) {
	p := evaltest.Plan(list(evaltest.S("bad")), nil)
	doers := evaltest.Doers(p, kind.DoerFunc(func(context.Context, plan.Step, kind.Inputs) (kind.Outputs, error) {
		panic("index out of range")
	}))
	_, err := apply.Run(t.Context(), p, apply.Options{Doers: doers})
	if err == nil || !strings.HasPrefix(err.Error(), "service.web: bad: this is a bug in recipe: index out of range\n") {
		t.Errorf("error %v", err)
	}
}
