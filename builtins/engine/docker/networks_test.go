package docker_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/docker"
)

// A network goes although the engine still has an endpoint of a container that is gone, and not while one is on it.
func TestRemoveNetworkWithLeftEndpoint(t *testing.T) {
	for name, stands := range map[string]bool{"gone": false, "there": true} {
		t.Run(name, func(t *testing.T) {
			var calls []string
			left := true
			e, err := docker.Open(t.Context(), fake(t, "1.43", func(w http.ResponseWriter, r *http.Request) {
				call := r.Method + " " + r.URL.Path[strings.Index(r.URL.Path[1:], "/")+1:]
				calls = append(calls, call)
				refuse := func(status int, message string) {
					w.Header().Set("Content-Type", "application/json")
					w.WriteHeader(status)
					_, _ = w.Write([]byte(`{"message": "` + message + `"}`))
				}
				switch call {
				case "DELETE /networks/n":
					if left {
						refuse(http.StatusForbidden, "error while removing network: network n id 1 has active endpoints")
					}
				case "GET /networks/n":
					_, _ = w.Write([]byte(`{"Name": "n", "Id": "1", "Containers": {"ep-2": {"Name": "web"}}}`))
				case "POST /networks/1/disconnect":
					left = false
				case "GET /containers/web/json":
					if stands {
						_, _ = w.Write([]byte(`{"Id": "3", "Name": "/web", "State": {"Status": "running"}, "Config": {}, "HostConfig": {}}`))
						return
					}
					refuse(http.StatusNotFound, "No such container: web")
				default:
					refuse(http.StatusNotFound, "No such container: ep-2")
				}
			}))
			if err != nil {
				t.Fatal(err)
			}
			err = e.RemoveNetwork(t.Context(), "n")
			if stands != errors.Is(err, engine.ErrInUse) || !stands && err != nil {
				t.Errorf("got %v", err)
			}
			if cut := slices.Contains(calls, "POST /networks/1/disconnect"); cut == stands {
				t.Errorf("calls: %q", calls)
			}
		})
	}
}
