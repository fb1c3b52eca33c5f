package docker

import "testing"

func TestParseStatus(t *testing.T) {
	for text, want := range map[string]struct {
		health string
		exit   int
	}{
		"Created":                            {"", 0},
		"Up 2 minutes":                       {"", 0},
		"Up 2 minutes (healthy)":             {"healthy", 0},
		"Up 2 minutes (unhealthy)":           {"unhealthy", 0},
		"Up 1 second (health: starting)":     {"starting", 0},
		"Up 3 hours (Paused)":                {"", 0},
		"Exited (137) 3 seconds ago":         {"", 137},
		"Restarting (-1) Less than a second": {"", -1},
	} {
		if health, exit := parseStatus(text); health != want.health || exit != want.exit {
			t.Errorf("%q gives %q and %d, want %+v", text, health, exit, want)
		}
	}
}
