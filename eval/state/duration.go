package state

import (
	"fmt"
	"time"
)

// Duration is a time.Duration that stands in JSON as Go's canonical text: "1m30s".
type Duration time.Duration

// Std gives the duration in the standard library's type.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// String is the canonical text.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText writes the canonical text.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads any text that time.ParseDuration does.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a duration; write one like 30s, 5m or 1h30m", text)
	}
	*d = Duration(parsed)
	return nil
}
