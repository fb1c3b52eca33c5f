package resolve

import "testing"

func TestMeant(t *testing.T) {
	for text, want := range map[string]string{
		"10 s": "10s", "5min": "5m", "10": "10s", "1d": "24h", "2 days": "48h", "10sec": "10s", "1,5 hours": "1.5h", "500 msec": "500ms",
		"soon": "", "10 parsecs": "", "": "", "1m30": "",
	} {
		if got, want := meantDuration(text), question(want); got != want {
			t.Errorf("duration %q: got %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"256 Mi": "256MiB", "256 megabytes": "256MiB", "1,5GiB": "1.5GiB", "2 gigs": "2GiB", "100 bytes": "100B", "much": "", "3 parsecs": "", "": "",
	} {
		if got, want := meantSize(text), question(want); got != want {
			t.Errorf("size %q: got %q, want %q", text, got, want)
		}
	}
}

func question(text string) string {
	if text == "" {
		return ""
	}
	return " Did you mean \"" + text + "\"?"
}
