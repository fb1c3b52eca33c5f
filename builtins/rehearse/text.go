package rehearse

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/deployrecipe/recipe/eval/event"
)

// Text writes a report for people: the good path, a line for each kind of accident, and the story of each that does not
// end well; with full, a line for each accident too. The only errors returned are those of w.
func (r *Report) Text(w io.Writer, full bool) error {
	var b strings.Builder
	b.WriteString("Rehearsed on the simulator, in virtual time, with apps that are healthy\n")
	table := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	fmt.Fprintf(table, "  the good path\t%s\t%s\n", verdict(brokenOf([]Outcome{{Ending: r.Good}})), good(r.Good))
	for _, kind := range []Kind{Failure, Hang, Crash} {
		if all := r.of(kind); len(all) > 0 {
			fmt.Fprintf(table, "  %s\t%s\t%s\n", count(len(all), kind), verdict(brokenOf(all)), summary(all))
		}
	}
	_ = table.Flush() // into a builder
	if full {
		r.each(&b)
	}
	r.told(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) of(kind Kind) []Outcome {
	return slices.DeleteFunc(slices.Clone(r.Accidents), func(o Outcome) bool { return o.Kind != kind })
}

func brokenOf(all []Outcome) (broken []string) {
	for _, o := range all {
		if len(o.Ending.Broken) > 0 {
			broken = append(broken, o.Accident.String())
		}
	}
	return broken
}

// verdict says whether rehearsals ended well.
func verdict(broken []string) string {
	if len(broken) == 0 {
		return "ends well"
	}
	return fmt.Sprintf("BROKEN (%d)", len(broken))
}

func count(n int, kind Kind) string {
	plural := map[Kind]string{Failure: "failures", Hang: "hangs", Crash: "crashes of recipe"}
	return fmt.Sprintf("%d %s", n, plural[kind])
}

func good(e Ending) string {
	return "takes " + event.Elapsed(e.Took) + "; " + requests([]Outcome{{Ending: e}})
}

// summary tells what accidents of one kind have led to.
func summary(all []Outcome) string {
	var longest time.Duration
	stands := map[string]int{}
	for _, o := range all {
		longest = max(longest, o.Took)
		stands[o.Serves]++
	}
	parts := []string{"at most " + event.Elapsed(longest)}
	for _, serves := range []string{"old", "new", "between", "nobody"} {
		if n := stands[serves]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, leftWith(serves)))
		}
	}
	return strings.Join(append(parts, requests(all)), "; ")
}

// leftWith says what an accident leaves until the next apply.
func leftWith(serves string) string {
	switch serves {
	case "old":
		return "leave what stood before"
	case "new":
		return "leave what is planned"
	case "between":
		return "leave it half way"
	}
	return "leave requests unanswered until the next apply"
}

func requests(all []Outcome) string {
	sent, lost, announced := 0, 0, 0
	for _, o := range all {
		sent, lost, announced = sent+o.Requests, lost+o.Lost, announced+o.Announced
	}
	switch {
	case sent == 0:
		return "no route was open to lose requests on"
	case lost == 0:
		return fmt.Sprintf("none of %d requests lost", sent)
	case lost == announced:
		return fmt.Sprintf("%d of %d requests lost, within the interruption that the plan announces", lost, sent)
	}
	return fmt.Sprintf("%d of %d requests lost, %d of them unannounced", lost, sent, lost-announced)
}

// each lists all accidents.
func (r *Report) each(b *strings.Builder) {
	if len(r.Accidents) == 0 {
		return
	}
	b.WriteString("\nEach of them\n")
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, o := range r.Accidents {
		fmt.Fprintf(table, "  %s\t%s in %s\t%s\tnext apply %s\t%s\n",
			o.Accident, o.Result, event.Elapsed(o.Took), leftWith(o.Serves), event.Elapsed(o.Recovery), byHand(o.Ending))
	}
	_ = table.Flush() // into a builder
}

func byHand(e Ending) string {
	if e.ByHand == "" {
		return "nothing to do by hand"
	}
	return e.ByHand
}

// told says what follows from it all.
func (r *Report) told(b *strings.Builder) {
	broken := r.Broken()
	if len(broken) == 0 {
		urgent := slices.DeleteFunc(slices.Clone(r.Accidents), func(o Outcome) bool { return o.ByHand == "" })
		if len(urgent) == 0 {
			b.WriteString("\nAfter any of these the next apply leads to what is planned. Nothing has to be done by hand.\n")
			return
		}
		fmt.Fprintf(b, "\nAfter any of these the next apply leads to what is planned. After %d of them it should come at once:\n", len(urgent))
		for _, o := range urgent {
			fmt.Fprintf(b, "  %s\n", o.Accident)
		}
		return
	}
	for _, o := range broken {
		fmt.Fprintf(b, "\n%s does not end well: %s after %s\n", o.Accident, o.Result, event.Elapsed(o.Took))
		for _, line := range o.Ending.Broken {
			fmt.Fprintf(b, "  %s\n", line)
		}
	}
}
