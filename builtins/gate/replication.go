package gate

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/docker/go-units"
	"github.com/hashicorp/hcl/v2"

	"github.com/deployrecipe/recipe/builtins/ask"
	"github.com/deployrecipe/recipe/eval/state"
	"github.com/deployrecipe/recipe/lang/diag"
	"github.com/deployrecipe/recipe/lang/schema"
)

// replicationKind compares how far a PostgreSQL primary has written with how far a replica has replayed it, by their
// positions in the write-ahead log (LSN), which count its bytes.
type replicationKind struct{}

type replicationArgs struct {
	Primary state.Text `json:"primary"`
	Replica state.Text `json:"replica"`
	MaxLag  *lag       `json:"max_lag"`
}

// lag is how far a replica may be behind: so many bytes, or so long.
type lag struct {
	bytes int64
	time  time.Duration
}

// UnmarshalJSON reads a number of bytes or a duration.
func (l *lag) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &l.bytes) == nil {
		return nil
	}
	var d state.Duration
	err := json.Unmarshal(data, &d)
	l.time = d.Std()
	return err
}

func (l lag) text() string {
	if l.time > 0 {
		return l.time.String()
	}
	return units.BytesSize(float64(l.bytes))
}

func (replicationKind) Name() string   { return "replication" }
func (replicationKind) Measures() bool { return false }

func (replicationKind) Doc() string {
	return "passes when a PostgreSQL replica receives from its primary and has replayed what that one has written, as far as max_lag allows; both are asked again, a second later, while it does not. They are asked from within the network of the new release."
}

func (replicationKind) Args() []schema.Arg {
	return []schema.Arg{
		databaseArg("primary", "The primary: postgres://USER:PASSWORD@HOST:5432/NAME. One with a password comes from a secret."),
		databaseArg("replica", "Its replica, as the primary."),
		{Name: "max_lag", Type: schema.EitherOf(schema.Bytes(), schema.Dur()),
			Doc: "How far the replica may be behind: a size, such as \"1MiB\" of the primary's log, or a duration, such as \"2s\". Without it, the replica must have replayed all that the primary had written when the gate began."},
	}
}

func (replicationKind) Validate(s Spec, at func(string) *hcl.Range) hcl.Diagnostics {
	a, err := read[replicationArgs](s)
	if err != nil {
		return hcl.Diagnostics{diag.FromError(diag.Internal, err, at(""))}
	}
	var diags hcl.Diagnostics
	for arg, url := range map[string]state.Text{"primary": a.Primary, "replica": a.Replica} {
		d, problems := validateDatabase(s, arg, url, at)
		diags = append(diags, problems...)
		if _, known := s.Known(url); known && !problems.HasErrors() && !d.Postgres() {
			diags = append(diags, diag.Errorf(diag.InvalidValue, at(arg), "Invalid value",
				"Replication is judged of PostgreSQL alone; ask another database what it tells of its own with a gate \"sql\"."))
		}
	}
	return diags
}

func (replicationKind) Waits(s Spec) string {
	a, _ := read[replicationArgs](s) // Validate has read it
	text := "until the replica"
	if at := host(s, a.Replica); at != "" {
		text += " " + at
	}
	if a.MaxLag == nil {
		return text + " has replayed all that its primary has written by then"
	}
	return text + " is at most " + a.MaxLag.text() + " behind its primary"
}

// A role that may do nothing but connect may ask these. That the receiver runs is told by its process, since such a
// role is not shown more of it.
const (
	askPrimary = "SELECT pg_is_in_recovery(), (SELECT system_identifier FROM pg_control_system())," +
		" CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_current_wal_lsn() END"
	askReplica = "SELECT pg_is_in_recovery(), (SELECT system_identifier FROM pg_control_system())," +
		" coalesce(pg_last_wal_replay_lsn(), '0/0'), EXISTS (SELECT 1 FROM pg_stat_wal_receiver WHERE pid IS NOT NULL)"
)

func (replicationKind) Open(ctx context.Context, t Tools, c Config, _ func(string)) (Watch, error) {
	a, err := read[replicationArgs](c.Gate)
	if err != nil {
		return nil, err
	}
	primary, err := t.reveal(a.Primary)
	if err != nil {
		return nil, err
	}
	replica, err := t.reveal(a.Replica)
	if err != nil {
		return nil, err
	}
	r := &replication{max: a.MaxLag}
	return behind(ctx, t, c, func(ctx context.Context, g Guest) (answer, error) {
		asked := time.Now()
		// The primary first: then a replica that is beyond the answer keeps up.
		p, err := g.SQL(ctx, ask.Query{URL: primary, Text: askPrimary})
		if err != nil || p.Failed() {
			return unanswered(p.Failure), err
		}
		for {
			q, err := g.SQL(ctx, ask.Query{URL: replica, Text: askReplica})
			if err != nil || q.Failed() {
				return unanswered(q.Failure), err
			}
			took := time.Since(asked)
			got := r.judge(p, q, took)
			if got.good || got.final || r.max == nil || took >= r.max.time {
				return got, nil
			}
			select { // it has some time yet to reach that position
			case <-time.After(min(r.max.time/lookOften, askEvery)):
			case <-ctx.Done():
				return got, nil
			}
		}
	})
}

// lookOften is how many times about a replica is looked at within the time that it may be behind.
const lookOften = 20

// replication is what a replica must have replayed.
type replication struct {
	max   *lag
	begun uint64 // the primary's position when the gate began, where there is no max
}

// judge compares a primary with its replica, which was asked so long after it. In time a replica is behind by how long
// it takes to reach where the primary was: the times of transactions would say that it falls behind while the primary
// writes nothing.
func (r *replication) judge(p, q ask.Rows, after time.Duration) answer {
	if len(p.Rows) != 1 || len(q.Rows) != 1 || len(p.Rows[0]) != 3 || len(q.Rows[0]) != 4 {
		return answer{text: p.At + " and " + q.At + " answer otherwise than PostgreSQL does", final: true}
	}
	primary, replica := p.Rows[0], q.Rows[0]
	switch {
	case primary[0].Text == "true":
		return answer{text: p.At + " is in recovery, as a replica is, and is to be the primary"}
	case replica[0].Text != "true":
		return answer{text: q.At + " is not in recovery: it is no replica"}
	case primary[1].Text != replica[1].Text:
		return answer{text: fmt.Sprintf("%s is no replica of %s: they are of different database clusters", q.At, p.At), final: true}
	}
	written, ok := lsn(primary[2].Text)
	replayed, too := lsn(replica[2].Text)
	if !ok || !too {
		return answer{text: fmt.Sprintf("%s is at %s and %s at %s, which are no positions in a log", p.At, told(primary[2]), q.At, told(replica[2])), final: true}
	}
	text := fmt.Sprintf("%s has replayed %s of %s's %s", q.At, replica[2].Text, p.At, primary[2].Text)
	if behind := max(written, replayed) - replayed; behind > 0 {
		text += ", " + units.BytesSize(float64(behind)) + " behind"
	}
	if replica[3].Text != "true" {
		return answer{text: text + ", and receives nothing from a primary"}
	}
	return r.allows(written, replayed, after, text)
}

// allows tells whether a replica is far enough.
func (r *replication) allows(written, replayed uint64, after time.Duration, text string) answer {
	switch {
	case r.max == nil:
		if r.begun == 0 {
			r.begun = written
		}
		if replayed < r.begun {
			return answer{text: text + fmt.Sprintf("; the primary was at %X/%X when the gate began", r.begun>>32, uint32(r.begun))}
		}
		return answer{good: true, text: text + ", so all that was written when the gate began"}
	case r.max.time > 0 && replayed >= written && after <= r.max.time:
		return answer{good: true, text: fmt.Sprintf("%s, reached within %s", text, after.Round(time.Millisecond))}
	case r.max.time > 0:
		return answer{text: fmt.Sprintf("%s after %s, where %s is allowed", text, after.Round(time.Millisecond), r.max.text())}
	}
	allowed := ", where " + r.max.text() + " is allowed"
	return answer{good: written <= replayed || written-replayed <= uint64(r.max.bytes), text: text + allowed}
}

// lsn reads a position in the write-ahead log: two hexadecimal numbers of 32 bits.
func lsn(text string) (uint64, bool) {
	high, low, ok := strings.Cut(text, "/")
	h, err := strconv.ParseUint(high, 16, 32)
	if err != nil || !ok {
		return 0, false
	}
	l, err := strconv.ParseUint(low, 16, 32)
	return h<<32 | l, err == nil
}
