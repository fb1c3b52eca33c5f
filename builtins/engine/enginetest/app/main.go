// Command app is the program in the containers of the engine suite. It is built without cgo, so that it runs in
// an image that holds nothing else.
//
//	app serve [PORT]   write "ready", answer HTTP on PORT, end with 0 on SIGTERM
//	app stubborn       as serve, but ignore SIGTERM
//	app exit N         write "out" and "err" to the two outputs and end with N
//	app cat            copy standard input to standard output until it ends
//	app echo WORD...   write the words
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	args := append(os.Args[1:], "", "")
	switch args[0] {
	case "serve", "stubborn":
		serve(args[1], args[0] == "stubborn")
	case "exit":
		fmt.Println("out")
		fmt.Fprintln(os.Stderr, "err")
		code, _ := strconv.Atoi(args[1])
		os.Exit(code)
	case "cat":
		_, _ = io.Copy(os.Stdout, os.Stdin)
	case "echo":
		fmt.Println(strings.Join(os.Args[2:], " "))
	default:
		fmt.Fprintf(os.Stderr, "app: unknown command %q\n", args[0])
		os.Exit(2)
	}
}

func serve(port string, stubborn bool) {
	signals := make(chan os.Signal, 1)
	if stubborn {
		signal.Ignore(syscall.SIGTERM)
	} else {
		signal.Notify(signals, syscall.SIGTERM)
	}
	if port != "" {
		go func() {
			err := http.ListenAndServe(":"+port, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprintln(w, "ok", os.Getenv("VERSION"))
			}))
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}()
	}
	fmt.Println("ready")
	for stubborn {
		time.Sleep(time.Hour) // a receive that nothing can end would be a deadlock to the runtime
	}
	<-signals
}
