package proxy

// Traffic is what some servers did in a time.
type Traffic struct {
	Requests int64 // that ended, or connections in tcp mode, where nothing else is counted
	Errors   int64 // answered 5xx, cut by the server, or connections that it did not accept
	// Connect and Response are the part of Errors that got no answer.
	Connect, Response int64
}

// Add returns the sum of both.
func (t Traffic) Add(more Traffic) Traffic {
	return Traffic{t.Requests + more.Requests, t.Errors + more.Errors, t.Connect + more.Connect, t.Response + more.Response}
}

// Window adds up counters from its first reading on. Counters belong to a worker and end with it, so each worker's
// are compared with its own of the reading before; what one did between its last reading and its end is lost, and
// estimated. The zero Window has no reading yet.
type Window struct {
	last map[Worker]map[ServerID]Stats
	done map[Worker]map[ServerID]int64 // by the reading before: what ended between the two
}

// Change is what happened between two readings.
type Change struct {
	// By has the traffic of each server.
	By map[ServerID]Traffic
	// Lost estimates how many requests ended unseen since a worker went away: as many as it had open at its last
	// reading, and as many more as it ended between that and the one before.
	Lost map[ServerID]int64
}

// Read takes in what an edge says now and returns what happened since the reading before; nothing for the first one.
// tcp says that connections are counted, since there are no answers.
func (w *Window) Read(now map[Worker]map[ServerID]Stats, tcp bool) Change {
	c := Change{By: map[ServerID]Traffic{}, Lost: map[ServerID]int64{}}
	begun := w.last != nil
	done := map[Worker]map[ServerID]int64{}
	for worker, servers := range now {
		done[worker] = map[ServerID]int64{}
		for id, s := range servers {
			before, known := w.last[worker][id]
			if !begun || known && s.Sessions < before.Sessions {
				continue // the baseline; or counters that somebody cleared, which start anew
			}
			one := between(before, s, tcp)
			done[worker][id] = one.Requests
			c.By[id] = c.By[id].Add(one)
		}
	}
	for worker, servers := range w.last {
		if _, still := now[worker]; still {
			continue
		}
		for id, s := range servers {
			c.Lost[id] += s.Active + w.done[worker][id]
		}
	}
	w.last, w.done = now, done
	return c
}

func between(a, b Stats, tcp bool) Traffic {
	t := Traffic{Connect: b.ConnectErrors - a.ConnectErrors, Response: b.ResponseErrors - a.ResponseErrors}
	t.Errors = t.Connect + t.Response + b.Responses[5] - a.Responses[5]
	if tcp {
		t.Requests = max(b.Sessions-a.Sessions, t.Errors)
		return t
	}
	for class := range b.Responses {
		t.Requests += b.Responses[class] - a.Responses[class]
	}
	t.Requests += t.Connect + t.Response
	return t
}
