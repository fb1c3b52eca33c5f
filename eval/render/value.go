package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/eval/event"
)

// value writes a JSON value as the recipe would: sizes and durations as people write them, references bare.
// Path is the argument it stands at: what a program gets as text (env, labels) is shown to the letter.
func value(path string, raw json.RawMessage) string {
	if len(raw) == 0 {
		return "(not set)"
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var v any
	if decoder.Decode(&v) != nil {
		return clean(string(raw))
	}
	verbatim := strings.HasPrefix(path, "env.") || strings.HasPrefix(path, "labels.")
	return render(v, verbatim)
}

func render(v any, verbatim bool) string {
	switch v := v.(type) {
	case string:
		if d, err := time.ParseDuration(v); err == nil && !verbatim && d.String() == v {
			return limit(d)
		}
		return quote(v)
	case json.Number:
		if n, err := strconv.ParseInt(v.String(), 10, 64); err == nil && !verbatim {
			return size(n)
		}
		return v.String()
	case []any:
		items := make([]string, len(v))
		for i := range v {
			items[i] = render(v[i], verbatim)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case map[string]any:
		return object(v, verbatim)
	}
	return fmt.Sprint(v)
}

func object(v map[string]any, verbatim bool) string {
	if ref, ok := v["ref"].(string); ok {
		if port, ok := v["port"].(string); ok {
			ref += "." + port
		}
		return clean(ref)
	}
	if _, ok := v["secret"].(string); ok {
		return "(sensitive)"
	}
	items := make([]string, 0, len(v))
	for _, k := range slices.Sorted(maps.Keys(v)) {
		items = append(items, clean(k)+" = "+render(v[k], verbatim))
	}
	if len(items) == 0 {
		return "{}"
	}
	return "{ " + strings.Join(items, ", ") + " }"
}

// quote writes a string in quotes, with escapes where it could not be read otherwise.
func quote(s string) string {
	return clean(`"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(s) + `"`)
}

// size writes whole multiples of a MiB as sizes; no other number of a recipe is as large.
func size(n int64) string {
	const mib = 1 << 20
	switch {
	case n >= mib<<10 && n%(mib<<10) == 0:
		return fmt.Sprintf("%dGiB", n/(mib<<10))
	case n >= mib && n%mib == 0:
		return fmt.Sprintf("%dMiB", n/mib)
	}
	return strconv.FormatInt(n, 10)
}

// limit writes a duration without the zeros that Go ends it with: 10m, 1h30m, 60s.
func limit(d time.Duration) string {
	return event.Limit(d)
}
