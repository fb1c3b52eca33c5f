package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"
)

// approve asks a person whether to go on. Without a terminal there is nobody to ask.
func (a *app) approve(ctx context.Context, question string) error {
	if !isTerminal(a.stdin) {
		return failf("Nobody to ask", "This plan needs an approval, and standard input is no terminal. Look at the plan and give --auto-approve.")
	}
	fmt.Fprintf(a.stdout, "\n%s [y/N] ", question)
	answer := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(a.stdin).ReadString('\n')
		answer <- strings.ToLower(strings.TrimSpace(text))
	}()
	select {
	case text := <-answer:
		if text == "y" || text == "yes" {
			fmt.Fprintln(a.stdout)
			return nil
		}
		fmt.Fprintln(a.stdout, "Nothing was changed.")
		return exit(exitError)
	case <-ctx.Done():
		fmt.Fprintln(a.stdout)
		return ctx.Err()
	}
}
