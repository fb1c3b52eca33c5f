package rehearse

import (
	"encoding/json"

	"github.com/deployrecipe/recipe/eval/document"
	"github.com/deployrecipe/recipe/eval/plan"
)

// Document is a plan as other programs read it, with what came of rehearsing it, null where there was nothing to rehearse.
type Document struct {
	*document.Plan
	Rehearsal *Report `json:"rehearsal"`
}

// Of puts a plan and its report together.
func Of(p *plan.Plan, r *Report) Document { return Document{document.Of(p), r} }

// MarshalJSON writes the form that spec/rehearsal.schema.json describes. Durations are in seconds of virtual time.
func (r *Report) MarshalJSON() ([]byte, error) {
	type outcome struct {
		Kind  Kind    `json:"kind"`
		Step  plan.ID `json:"step"`
		Title string  `json:"title"`
		After bool    `json:"after"`
		ending
	}
	accidents := []outcome{}
	for _, o := range r.Accidents {
		accidents = append(accidents, outcome{o.Kind, o.Step, o.Title, o.After, endingOf(o.Ending)})
	}
	return json.Marshal(struct {
		Format    int       `json:"format_version"`
		Recipe    string    `json:"recipe"`
		Steps     int       `json:"steps"`
		Good      ending    `json:"good"`
		Accidents []outcome `json:"accidents"`
	}{Format, r.Recipe, r.Steps, endingOf(r.Good), accidents})
}

type ending struct {
	Took      float64  `json:"took_seconds"`
	Result    string   `json:"result"`
	Serves    string   `json:"serves"`
	Recovery  float64  `json:"recovery_seconds"`
	Requests  int      `json:"requests"`
	Lost      int      `json:"lost"`
	Announced int      `json:"announced"`
	ByHand    string   `json:"by_hand,omitempty"`
	Broken    []string `json:"broken"`
}

func endingOf(e Ending) ending {
	return ending{document.Seconds(e.Took), e.Result, e.Serves, document.Seconds(e.Recovery), e.Requests, e.Lost, e.Announced,
		e.ByHand, append([]string{}, e.Broken...)}
}
