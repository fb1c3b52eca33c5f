package proxy

import "time"

// LogQuery chooses requests from the access log.
type LogQuery struct {
	// Since leaves out what ended before, by the clock of the proxy's machine; nothing when zero.
	Since time.Time
	// New leaves out what ended before the call.
	New bool
	// Follow goes on with what comes, until the context ends, which is no error then.
	Follow bool
}

// LogEntry is a request, or in tcp mode a connection, that ended. Neither queries nor headers are kept, nor more of a
// path than its first 512 bytes.
type LogEntry struct {
	Time    time.Time `json:"time"` // when it ended
	Group   string    `json:"group"`
	Service string    `json:"service,omitempty"` // empty where no server was chosen
	Side    Side      `json:"side,omitempty"`
	Slot    int       `json:"slot,omitempty"`
	Release string    `json:"release,omitempty"`
	Client  string    `json:"client"` // address
	// Method, Host, Path and Status are of requests over HTTP alone. A status of -1 is that nothing was answered.
	Method string `json:"method,omitempty"`
	Host   string `json:"host,omitempty"`
	Path   string `json:"path,omitempty"`
	Status int    `json:"status,omitempty"`
	Bytes  int64  `json:"bytes"` // to the client
	// Times in milliseconds, -1 where it did not come so far: in the queue, connecting, until the server's answer
	// began, and in all.
	Queue   int64 `json:"queue_ms"`
	Connect int64 `json:"connect_ms"`
	Answer  int64 `json:"answer_ms"`
	Total   int64 `json:"total_ms"`
	// End is how it ended in HAProxy's two letters: "--" is as it should.
	End string `json:"end"`
}

// Server is the place on the edge of a recipe that had the request.
func (e LogEntry) Server(recipe string) ServerID {
	return ServerID{Recipe: recipe, Service: e.Service, Side: e.Side, Slot: e.Slot}
}
