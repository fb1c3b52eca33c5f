package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptrace"
	"testing"
	"time"
)

// A recipe that leaves the edge answers first what came through its doors, whether it is destroyed or loses its port.
func TestLeavingAnswersWhatIsOpen(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(*deploy){
		"destroyed": func(d *deploy) { d.must(0, "destroy", "--auto-approve") },
		"without a port": func(d *deploy) {
			d.write("recipe.hcl", fmt.Sprintf("recipe { name = %q }\n", d.name))
			d.apply()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDeploy(t)
			d.recipe(standard())
			d.apply()
			sent, ended := make(chan struct{}), make(chan error, 1)
			go func() { ended <- d.slowly(4*time.Second, func() { close(sent) }) }()
			<-sent
			time.Sleep(300 * time.Millisecond) // the app has it, else it would be refused, which is the app's leave
			leave(d)
			if err := <-ended; err != nil {
				t.Errorf("what was open was cut: %v", err)
			}
			if _, err := answer(d.port, "/release"); err == nil {
				t.Error("somebody still answers")
			}
		})
	}
}

// slowly asks for an answer that takes a while, and says when the request is sent.
func (d *deploy) slowly(takes time.Duration, sent func()) error {
	trace := &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { sent() }}
	url := fmt.Sprintf("http://127.0.0.1:%d/slow?ms=%d", d.port, takes.Milliseconds())
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(d.Context(), trace), http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %s", response.Status)
	}
	return nil
}
