package rehearse

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/eval/event"
	"github.com/deployrecipe/recipe/lang/fold"
)

// Text writes a report for people: the good path, a line for each kind of accident, and the story of each that does not
// end well; with full, a line for each accident too. Lines fit a terminal of so many columns, and are as long as they are
// where width is 0. The only errors returned are those of w.
func (r *Report) Text(w io.Writer, full bool, width int) error {
	b := &text{width: width}
	b.line("", "Rehearsed on the simulator, in virtual time, with apps that are healthy", 0)
	rows := [][3]string{{"the good path", verdict(brokenOf([]Outcome{{Ending: r.Good}})), good(r.Good)}}
	for _, kind := range []Kind{Failure, Hang, Crash} {
		if all := r.of(kind); len(all) > 0 {
			rows = append(rows, [3]string{count(len(all), kind), verdict(brokenOf(all)), summary(all)})
		}
	}
	first, second := 0, 0
	for _, row := range rows {
		first, second = max(first, len(row[0])), max(second, len(row[1]))
	}
	for _, row := range rows {
		b.line(fmt.Sprintf("  %-*s   %-*s   ", first, row[0], second, row[1]), row[2], first+second+8)
	}
	if full {
		r.each(b)
	}
	r.told(b)
	_, err := io.WriteString(w, b.String())
	return err
}

// text is lines that fit a terminal.
type text struct {
	strings.Builder
	width int
}

// line writes one: head as it is, and rest between words, below itself indented where it does not fit.
func (t *text) line(head, rest string, indent int) {
	if t.width > 0 {
		rest = fold.Words(rest, max(20, t.width-1-indent), indent)
	}
	t.WriteString(head + rest + "\n")
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
func (r *Report) each(b *text) {
	if len(r.Accidents) == 0 {
		return
	}
	b.line("\n", "Each of them", 0)
	for _, o := range r.Accidents {
		b.line("  ", fmt.Sprintf("%s: %s in %s; %s; next apply %s; %s",
			o.Accident, o.Result, event.Elapsed(o.Took), leftWith(o.Serves), event.Elapsed(o.Recovery), byHand(o.Ending)), 6)
	}
}

func byHand(e Ending) string {
	if e.ByHand == "" {
		return "nothing to do by hand"
	}
	return e.ByHand
}

// told says what follows from it all.
func (r *Report) told(b *text) {
	broken := r.Broken()
	if len(broken) == 0 {
		urgent := slices.DeleteFunc(slices.Clone(r.Accidents), func(o Outcome) bool { return o.ByHand == "" })
		if len(urgent) == 0 {
			b.line("\n", "After any of these the next apply leads to what is planned. Nothing has to be done by hand.", 0)
			return
		}
		b.line("\n", fmt.Sprintf("After any of these the next apply leads to what is planned. After %d of them it should come at once:", len(urgent)), 0)
		for _, o := range urgent {
			b.line("  ", o.Accident.String(), 4)
		}
		return
	}
	for _, o := range broken {
		b.line("\n", fmt.Sprintf("%s does not end well: %s after %s", o.Accident, o.Result, event.Elapsed(o.Took)), 0)
		for _, line := range o.Ending.Broken {
			b.line("  ", line, 4)
		}
	}
}
