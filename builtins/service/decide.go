package service

// Decision is what a change of a service asks for.
type Decision string

// The decisions, one a row of the table in the specification.
const (
	Nothing    Decision = "nothing"
	Update     Decision = "update in place"
	Scale      Decision = "scale"
	Switchover Decision = "switchover"
	Replace    Decision = "start new, then stop old"
	StopFirst  Decision = "stop old, then start new"
	Interrupt  Decision = "replace with an interruption"
)

// NewRelease tells whether a new release takes over.
func (d Decision) NewRelease() bool {
	return d == Switchover || d == Replace || d == StopFirst || d == Interrupt
}

// Facts are what the decision depends on.
type Facts struct {
	Release    bool // the release digest differs, or nothing runs yet
	Count      bool // fewer or more containers run than wanted
	InPlace    bool // limits, the restart policy or the networks of what runs differ
	BehindPort bool // some port block leads to it
	Exclusive  bool // two releases must not run at once
}

// Decide is the table of what a change asks for.
func Decide(f Facts) Decision {
	switch {
	case f.Release && f.BehindPort && f.Exclusive:
		return Interrupt
	case f.Release && f.BehindPort:
		return Switchover
	case f.Release && f.Exclusive:
		return StopFirst
	case f.Release:
		return Replace
	case f.Count:
		return Scale
	case f.InPlace:
		return Update
	}
	return Nothing
}
