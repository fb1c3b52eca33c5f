package haproxy

import (
	"context"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// reading is what one worker says of a server.
type reading struct {
	pid   int
	old   bool
	stats proxy.Stats
	used  int
}

// readWorkers asks every worker, through the master, for servers. A server that a worker does not have is
// not among its readings. An answer that is missing for any other reason than that the worker has ended is
// errMoved: silence is not a count of 0.
func readWorkers(ctx context.Context, host Host, ids []proxy.ServerID) (map[proxy.ServerID][]reading, error) {
	all, err := show(ctx, host)
	if err != nil {
		return nil, err
	}
	if all.current() == 0 {
		return nil, fmt.Errorf("%w: no worker is current", errMoved)
	}
	wanted := map[slot]proxy.ServerID{}
	var backends []string
	for _, id := range ids {
		name := backendName(id.Recipe, id.Service, id.Side)
		wanted[slot{name, serverName(id.Slot)}] = id
		backends = append(backends, name)
	}
	slices.Sort(backends)
	backends = slices.Compact(backends)
	found := map[proxy.ServerID][]reading{}
	for _, w := range all.workers {
		read, err := readWorker(ctx, host, w, backends)
		if err != nil {
			return nil, err
		}
		for at, r := range read {
			if id, ok := wanted[at]; ok {
				found[id] = append(found[id], r)
			}
		}
	}
	return found, nil
}

// gone is what the master says of a worker that has ended.
const gone = "Can't find the target PID"

// readWorker asks one worker. An old one may end at any time, with nothing left by then.
func readWorker(ctx context.Context, host Host, w process, backends []string) (map[slot]reading, error) {
	to := fmt.Sprintf("@!%d ", w.pid)
	var commands []string
	for _, name := range backends {
		commands = append(commands, to+"show stat "+name+" 4 -1", to+"show servers conn "+name)
	}
	var said strings.Builder
	for _, line := range batches("", commands) {
		answer, err := send(ctx, host, Master, line)
		if err != nil {
			return nil, err
		}
		said.WriteString(answer)
	}
	text := said.String()
	ended := strings.Contains(text, gone)
	if ended && w.old {
		return nil, nil
	}
	answered := strings.Count(text, "# pxname") + strings.Count(text, "No such proxy")
	connections := strings.Count(text, "# bkname/svname") + strings.Count(text, "Can't find backend")
	if ended || answered < len(backends) || connections < len(backends) {
		return nil, fmt.Errorf("%w: worker %d gave %d and %d answers of %d", errMoved, w.pid, answered, connections, len(backends))
	}
	read := parseStats(text)
	for at, used := range parseUsed(text) {
		r := read[at]
		r.used = used
		read[at] = r
	}
	for at, r := range read {
		r.pid, r.old = w.pid, w.old
		read[at] = r
	}
	return read, nil
}

// parseStats reads the answers to show stat: CSV under a heading of its own, each ended by an empty line.
func parseStats(text string) map[slot]reading {
	found := map[slot]reading{}
	var heading []string
	for line := range strings.Lines(text) {
		rest, isHeading := strings.CutPrefix(line, "# pxname")
		if isHeading {
			heading = strings.Split("pxname"+strings.TrimSpace(rest), ",")
			continue
		}
		if strings.TrimSpace(line) == "" {
			heading = nil
		}
		if heading == nil {
			continue
		}
		record, err := csv.NewReader(strings.NewReader(line)).Read()
		if err != nil || len(record) < 2 {
			continue
		}
		fields := map[string]string{}
		for i := range min(len(heading), len(record)) {
			fields[heading[i]] = record[i]
		}
		found[slot{fields["pxname"], fields["svname"]}] = reading{stats: stats(fields)}
	}
	return found
}

func stats(fields map[string]string) proxy.Stats {
	number := func(name string) int64 {
		n, _ := strconv.ParseInt(fields[name], 10, 64) // an empty field is one that does not apply
		return n
	}
	status, _, _ := strings.Cut(fields["status"], " ")
	s := proxy.Stats{
		Sessions:       number("stot"),
		Active:         number("scur"),
		Queued:         number("qcur"),
		ConnectErrors:  number("econ"),
		ResponseErrors: number("eresp"),
		Check:          strings.TrimPrefix(fields["check_status"], "* "), // a star: one is under way
		Up:             status == "UP" || status == "DRAIN" || status == "no",
	}
	s.Responses[0] = number("hrsp_other")
	for i := 1; i < len(s.Responses); i++ {
		s.Responses[i] = number(fmt.Sprintf("hrsp_%dxx", i))
	}
	return s
}

// parseUsed reads used_cur from the answers to show servers conn: connections that carry something, not
// those that wait in the pool for the next request.
func parseUsed(text string) map[slot]int {
	found := map[slot]int{}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) <= 7 || words[0] == "#" || words[4] != "-" {
			continue
		}
		if backend, server, ok := strings.Cut(words[0], "/"); ok {
			found[slot{backend, server}], _ = strconv.Atoi(words[6])
		}
	}
	return found
}
