// Command serve is a helper and nothing else: what tests bring to an engine in place of the whole tool.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/deployrecipe/recipe/builtins/helper"
)

func main() {
	if err := helper.Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
