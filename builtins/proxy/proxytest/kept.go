package proxytest

import (
	"testing"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// keptClients has clients that sent something, and nothing more until after a reload and the switch that followed it.
// The worker that they are kept by is one that takes no new connections; they, too, are to be answered by the release
// that serves.
func keptClients(t *testing.T, rig Rig) {
	port, edge := rig.Port(t), rig.Edge()
	old := rig.Start(t, "a")
	put(t, edge, simple("shop", port, "", old))
	var clients []Client
	keep := func() {
		client := rig.Client(port, true)
		if status, body, err := client.Get("", "/"); status != 200 || err != nil {
			t.Fatalf("before: %d %q %v", status, body, err)
		}
		clients = append(clients, client)
	}
	keep()
	rig.Reload(t)
	keep()
	rig.Reload(t)
	keep()
	update(t, edge, "shop", edit(func(s *proxy.Site) {
		s.Services[0].B = backend("2", proxy.Ready, rig.Start(t, "b1"), rig.Start(t, "b2"))
		s.Groups[0].Percent = 100
	}))
	update(t, edge, "shop", edit(func(s *proxy.Site) { s.Services[0].A.Servers[0].State = proxy.Draining }))
	if left, err := edge.Drain(t.Context(), ids("shop", proxy.A, 1), time.Minute, func(int) {}); left > 0 || err != nil {
		t.Errorf("drained with %d left: %v", left, err)
	}
	update(t, edge, "shop", edit(func(s *proxy.Site) { s.Services[0].A.Servers[0].State = proxy.Maint }))
	old.Stop()
	for i, client := range clients {
		status, body, err := client.Get("", "/")
		if status != 200 || body != "b1" && body != "b2" || err != nil {
			t.Errorf("client %d after the switch: %d %q %v", i, status, body, err)
		}
		client.Close()
	}
}
