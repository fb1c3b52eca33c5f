package haproxy

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// parseServer reads one slot: server sN ADDRESS [disabled [# STATE]].
func parseServer(words []string, b *proxy.Backend) error {
	if len(words) < 3 {
		return fmt.Errorf("a server without an address")
	}
	slot, err := strconv.Atoi(strings.TrimPrefix(words[1], "s"))
	if err != nil || serverName(slot) != words[1] {
		return fmt.Errorf("%q is not the name of a slot", words[1])
	}
	server := proxy.Server{Slot: slot, State: proxy.Ready}
	if len(words) > 3 && words[3] == "disabled" {
		if len(words) < 6 {
			return nil // a free slot
		}
		server.State = proxy.State(words[5])
		if server.State != proxy.Draining && server.State != proxy.Maint {
			return fmt.Errorf("%q is not a state", words[5])
		}
	}
	if server.Address, err = netip.ParseAddrPort(words[2]); err != nil {
		return err
	}
	b.Servers = append(b.Servers, server)
	return nil
}

// parseCheck reads the directives of a check. That of a side without servers, which it has from the other
// side, is dropped by the site's normal form.
func parseCheck(words []string, b *proxy.Backend) (err error) {
	switch strings.Join(words[:2], " ") {
	case "http-check send":
		check := ensure(b)
		args := pairs(words[2:])
		check.Path = strings.Trim(args["uri"], "'")
		check.Host = strings.Trim(args["Host"], "'")
	case "timeout check":
		check := ensure(b)
		check.Timeout, err = milliseconds(words[len(words)-1])
	case "default-server check":
		if words[len(words)-1] != "default" {
			err = parseWatch(pairs(words[2:]), ensure(b))
		}
	}
	return err
}

func parseWatch(args map[string]string, check *proxy.Check) (err error) {
	if check.Interval, err = milliseconds(args["inter"]); err != nil {
		return err
	}
	if check.Retries, err = strconv.Atoi(args["fall"]); err != nil {
		return err
	}
	if port := args["port"]; port != "" {
		check.Port, err = strconv.Atoi(port)
	}
	return err
}

// pairs reads "key value key value"; the word hdr, which takes two values, counts for nothing.
func pairs(words []string) map[string]string {
	args := map[string]string{}
	for i := 0; i+1 < len(words); i++ {
		if words[i] != "hdr" {
			args[words[i]] = words[i+1]
			i++
		}
	}
	return args
}

func milliseconds(text string) (time.Duration, error) {
	n, err := strconv.ParseInt(text, 10, 32)
	return time.Duration(n) * time.Millisecond, err
}

func ensure(b *proxy.Backend) *proxy.Check {
	if b.Check == nil {
		b.Check = &proxy.Check{}
	}
	return b.Check
}
