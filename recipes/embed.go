// Package recipes holds the shared library that ships in the program: each directory below std is a library that a
// use block names as "std/NAME". It is data; nothing but the commands imports it.
package recipes

import "embed"

// Files are the libraries, below "std".
//
//go:embed all:std
var Files embed.FS
