package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestHandler(t *testing.T) {
	noon := func() time.Time { return time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC) }
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/up":            {http.StatusOK, "up"},
		"/":              {http.StatusOK, "12:00:00 UTC"},
		"/Europe/Lisbon": {http.StatusOK, "13:00:00 WEST"},
		"/Atlantis":      {http.StatusNotFound, "No such time zone"},
		"/Local":         {http.StatusNotFound, "No such time zone"},
	} {
		answer := httptest.NewRecorder()
		handler(noon).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
		if answer.Code != want.status || !strings.Contains(answer.Body.String(), want.text) {
			t.Errorf("%s: %d %q, want %d %q", path, answer.Code, answer.Body, want.status, want.text)
		}
	}
}
