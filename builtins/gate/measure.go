package gate

import (
	"context"
	"time"
)

// What is measured is looked at this often, so that a reload of the proxy takes little away; progress is told less
// often.
const (
	sampleEvery = 500 * time.Millisecond
	tellEvery   = 10 * time.Second
)

// minRequests is how many requests are enough where the recipe does not say.
const minRequests = 100

// measuring is a Watch that measures a stage until the evidence decides.
type measuring struct {
	hold   time.Duration
	report func(string)
	// sample takes in what happened since the last one; verdict is what the evidence says by now, with the numbers, and
	// evidence the numbers.
	sample   func(context.Context) error
	verdict  func(held bool) Verdict
	evidence func() string

	began time.Time
	told  time.Duration
	due   bool // the stage has held, and Judge has said so
}

// begin takes the baseline.
func (m *measuring) begin(ctx context.Context) (Watch, error) {
	m.began = time.Now()
	return m, m.sample(ctx)
}

// Judge looks until the evidence decides; it is due when the stage has held.
func (m *measuring) Judge(ctx context.Context) (Verdict, error) {
	pace := time.NewTicker(sampleEvery)
	defer pace.Stop()
	for {
		held := time.Since(m.began) >= m.hold
		if v := m.verdict(held); v.Result != Inconclusive || held && !m.due {
			m.due = m.due || held
			return v, nil
		}
		select {
		case <-ctx.Done():
			return m.verdict(held), nil
		case <-pace.C:
		}
		if err := m.sample(ctx); err != nil && ctx.Err() == nil {
			return Verdict{}, err
		}
		if since := time.Since(m.began); since-m.told >= tellEvery {
			m.told = since
			m.report(m.evidence())
		}
	}
}
