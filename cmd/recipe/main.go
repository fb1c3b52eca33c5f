// Command recipe deploys apps on plain Docker behind HAProxy from HCL recipes, losing no request.
//
// Each command has a file of its own name. What commands share lies in a few more: app.go is one run of the
// program and how it ends, module.go reads a recipe, target.go opens an engine, planning.go makes a plan and
// carryout.go carries one out.
package main

import (
	"os"
)

// version is set by the linker in release builds, see "recipe version".
var version string

func main() {
	a := &app{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		environ: os.Environ(), env: os.LookupEnv,
	}
	os.Exit(a.run(os.Args[1:]))
}
