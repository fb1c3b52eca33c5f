package plan

// How effects change things. An effect that finds what it would bring about changes nothing, since steps,
// and undo steps all the more, can be repeated.

func runLife(value int, e *Effect) int {
	switch e.Kind {
	case Start:
		return max(value, running)
	case Passed:
		return passed
	}
	return stopped
}

func serverLife(_ int, e *Effect) int {
	if e.Kind == Ready {
		return ready
	}
	return unready
}

func holdLife(_ int, e *Effect) int {
	if e.Kind == Hold {
		return held
	}
	return flowing
}

// doorLife opens a closed door when all its traffic is sent to one side: a service that is new in its group
// gets no requests while others' are split. A removed door stays so.
func doorLife(value int, e *Effect) int {
	switch {
	case e.Kind == Remove || value == removed:
		return removed
	case value == closed && e.Percent != 0 && e.Percent != 100:
		return closed
	}
	return e.Percent
}

// doorAgain is how a way back changes a door: a removed one is there again, and one behind which nobody
// served before may be left so.
func doorAgain(initial int, e *Effect) int {
	switch {
	case e.Kind == Remove:
		return removed
	case initial == closed:
		return closed
	}
	return e.Percent
}
