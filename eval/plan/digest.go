package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Digest is the plan's identity, 64 hex digits: equal for plans that do the same for the same reasons, and
// the same after a plan was saved and read again. Notes are remarks, on images that a registry has newer for one, and
// no part of it, and neither is what the engine's machine has or who else is at work.
func Digest(p *Plan) string {
	bare := *p
	bare.Notes, bare.Scope, bare.Machine, bare.Locked = nil, p.Scope.deed(), nil, nil
	text, err := Canonical(&bare)
	if err != nil {
		// A plan holds plain data and JSON that a decoder has read: only a kind that writes broken JSON
		// into a Config gets here, and such a plan must equal no other.
		text = fmt.Appendf(nil, "%+v", bare)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Canonical is the one JSON text of a plan: keys sorted, no spaces, no HTML escapes, numbers as written.
func Canonical(p *Plan) ([]byte, error) {
	loose, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(loose))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}
