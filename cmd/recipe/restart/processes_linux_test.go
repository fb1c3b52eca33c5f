package restart

import (
	"strconv"
	"strings"
)

// process is one of the machine's, by the numbers that it has there.
type process struct {
	pid, parent int
	name        string
}

func (m *machine) processes() []process {
	m.Helper()
	var list []process
	for _, text := range strings.Fields(m.order("processes")) {
		parts := strings.SplitN(text, ":", 3)
		pid, _ := strconv.Atoi(parts[0])
		parent, _ := strconv.Atoi(parts[1])
		list = append(list, process{pid, parent, parts[2]})
	}
	return list
}

// kill kills the machine's processes that are chosen, the first one of the list first.
func (m *machine) kill(chosen ...process) {
	m.Helper()
	words := []string{"kill"}
	for _, p := range chosen {
		words = append(words, strconv.Itoa(p.pid))
	}
	m.order(words...)
}
