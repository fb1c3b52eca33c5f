package e2e

import "os"

// ending is a way in which a switchover comes to its end, a column of the matrix.
type ending struct {
	name string
	// gate is the first stage's gate, without which it cannot end so where that is not open.
	gate string
	// pauses tells that the switchover waits for somebody in between.
	pauses bool
	// play has it end so, and tells whether the traffic is to be at the new release then.
	play func(*cell) bool
}

const (
	open   = "    gate \"command\" { command = [\"true\"] }\n"
	closed = "    gate \"command\" {\n      command = [\"false\"]\n      timeout = \"1s\"\n    }\n"
	manual = "    gate \"manual\" {}\n"
)

func endings() []ending {
	return []ending{
		{name: "done", gate: open, play: func(c *cell) bool {
			c.must(0, c.strategy.command, "--auto-approve")
			return true
		}},
		{name: "gate fails", gate: closed, play: func(c *cell) bool {
			c.must(1, c.strategy.command, "--auto-approve")
			return false
		}},
		{name: "paused, promoted", gate: manual, pauses: true, play: func(c *cell) bool {
			c.pause()
			c.tells(c.must(0, "promote", "--auto-approve"), "Promoted in")
			return true
		}},
		{name: "paused, reverted", gate: manual, pauses: true, play: func(c *cell) bool {
			c.pause()
			c.tells(c.must(0, "revert", "--auto-approve"), "Reverted in")
			return false
		}},
		{name: "Ctrl-C", gate: open, play: func(c *cell) bool {
			if o := c.interrupt(1, c.strategy.begun, c.strategy.command); o.code != 1 {
				c.Errorf("the exit code is %d, not 1\n%s", o.code, o)
			}
			return false
		}},
		{name: "kill -9, next apply", gate: open, play: func(c *cell) bool {
			c.kill(c.strategy.midway, c.strategy.command)
			c.apply("--lock-timeout", "60s")
			return c.strategy.command == "apply" // the files of one who rolls back still want the release before
		}},
		{name: "another recipe's reload", gate: open, play: func(c *cell) bool {
			c.reloadAmid()
			return true
		}},
	}
}

// possible tells whether a strategy can end so.
func (e ending) possible(s strategy) bool {
	return (e.gate == open || s.stages != "") && !(e.pauses && s.held)
}

// pause goes to where somebody has to decide, and has the clients see both releases for a while.
func (c *cell) pause() {
	c.Helper()
	c.tells(c.must(0, c.strategy.command, "--auto-approve"), "Paused in")
	c.answered(40)
}

// reloadAmid has another recipe open or close a port on the edge amid the switchover, which makes HAProxy load its files anew.
func (c *cell) reloadAmid() {
	c.Helper()
	ended := make(chan outcome, 1)
	o := c.during(c.strategy.command, c.strategy.midway, func(*os.Process) {
		c.other.recipe(app{release: "other", count: 1, more: secondRoute(c.other)})
		go func() { ended <- c.other.run("apply", "--auto-approve") }()
	})
	if other := <-ended; o.code != 0 || other.code != 0 {
		c.Errorf("%s\n%s", o, other)
	}
}
