package main

import (
	"encoding/json"
	"strings"
)

// writeJSON writes a value for programs, and for people who look at what those get.
func (a *app) writeJSON(v any) error {
	encoder := json.NewEncoder(a.stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// oneLine is a value as JSON on a line.
func oneLine(v any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v) // texts and numbers alone
	return text.String()
}
