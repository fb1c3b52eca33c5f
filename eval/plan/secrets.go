package plan

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// shortest is the length from which on a secret is looked for: shorter ones stand in texts by chance.
const shortest = 4

// ValidateSecrets checks invariant 6: no sensitive value appears in any text of a plan, keys of its configs
// included, neither as it is nor in base64. Violations say where, not what.
func ValidateSecrets(p *Plan, values []string) []Violation {
	var secrets []string
	for _, v := range values {
		if len(v) >= shortest {
			secrets = append(secrets, v, base64.StdEncoding.EncodeToString([]byte(v)), base64.RawURLEncoding.EncodeToString([]byte(v)))
		}
	}
	text, err := Canonical(p)
	if err != nil {
		return []Violation{{Invariant: 6, Text: "the plan cannot be written: " + err.Error()}}
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return []Violation{{Invariant: 6, Text: "the plan cannot be read back: " + err.Error()}}
	}
	var found []Violation
	leaks := func(text, path string) bool {
		leak := slices.ContainsFunc(secrets, func(s string) bool { return strings.Contains(text, s) })
		if leak {
			found = append(found, Violation{Invariant: 6, Text: "a sensitive value stands in " + path})
		}
		return leak
	}
	walk(tree, "plan", leaks)
	return found
}

// walk calls f for every text in a JSON value, each with its path; for a key, that of what holds it. A key
// for which f says so stays out of further paths.
func walk(value any, path string, f func(text, path string) bool) {
	switch v := value.(type) {
	case string:
		f(v, path)
	case json.Number:
		f(v.String(), path)
	case []any:
		for i, item := range v {
			walk(item, fmt.Sprintf("%s[%d]", path, i), f)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if f(key, "a key of "+path) {
				walk(v[key], path+".(sensitive)", f)
				continue
			}
			walk(v[key], path+"."+key, f)
		}
	}
}
