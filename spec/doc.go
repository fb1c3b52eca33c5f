// Package spec holds the specification of the language and of what a plan does, and what keeps it true.
//
// spec.md is the text; reference.md and diagnostics.md are generated from the schemas, the functions and the
// diagnostic codes. Each clause of spec.md has cases in conformance, and each code has an example in
// diagnostics; the tests run all of them, in memory and against a binary, and find sections without one.
package spec

//go:generate go run ../cmd/reference .
