// Package recipes holds the shared library that ships in the program: each directory below std is a library that a
// use block names as "std/NAME". It is data; nothing but the commands imports it.
package recipes

import "embed"

// Files are the libraries, below "std".
//
//go:embed all:std
var Files embed.FS

//go:generate go run ../cmd/recipe docs std/postgres --output std/postgres/README.md
//go:generate go run ../cmd/recipe docs std/redis --output std/redis/README.md
//go:generate go run ../cmd/recipe docs std/registry --output std/registry/README.md
//go:generate go run ../cmd/recipe docs std/static-site --output std/static-site/README.md
//go:generate go run ../cmd/recipe docs std/web --output std/web/README.md
//go:generate go run ../cmd/recipe docs std/worker --output std/worker/README.md
