package haproxy

import (
	"fmt"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// HAProxy has no words for letting requests wait, but it runs Lua, and all official images and Debian's have that. A
// frontend calls the script for requests of a group that the map names, and for no others, so that holding costs one
// look into a small map while nobody holds. On a HAProxy without Lua all of it is passed over, and the map is not
// loaded, by which align tells.

// holdPoll is how often what waits looks whether it may go on. For a thousand of them that was measured to take a tenth
// of a core in http mode and half of one in tcp mode, where the action is called anew each time. A sleep in Lua would be
// cheaper there, too, but is not sure to end: HAProxy (seen with 2.6, and as such in later sources) forgets the time to
// wake at when that has come before its rules for content return, as it does when a thread was not run for so long.
const holdPoll = 20 * time.Millisecond

// hasLua begins what a HAProxy without Lua passes over.
const hasLua, endLua = ".if feature(LUA)", ".endif"

// holdFiles are the script and what loads it, the same on every edge.
func holdFiles() map[string][]byte {
	script := fmt.Sprintf(`%[1]s
-- Lets what a frontend received wait while hold.map names its group, with the time until which at most, in seconds
-- since 1970.
local holds = Map.new("%[2]s", Map._str)

local function held(txn)
	local limit = tonumber(holds:lookup(txn:get_var("txn.group")))
	return limit ~= nil and os.time() < limit and txn.f:stopping() ~= 1
end

core.register_action("recipe_hold", { "http-req" }, function(txn)
	while held(txn) do
		core.msleep(%[3]d)
	end
end)

core.register_action("recipe_hold_tcp", { "tcp-req" }, function(txn)
	if not held(txn) then
		return act.CONTINUE
	end
	act.wake_time(%[3]d)
	return act.YIELD
end)
`, header, holdMap, holdPoll.Milliseconds())
	return map[string][]byte{
		holdScript: []byte(script),
		holdFile:   []byte(strings.Join([]string{header, "", "global", hasLua, "    lua-load " + holdScript, endLua}, "\n") + "\n"),
	}
}

// hold has a request of a held group wait. A connection in tcp mode waits within the time that HAProxy gives rules for
// looking at its content, which no other rule uses.
func hold(mode proxy.Mode) []string {
	named := " if { var(txn.group),map_str(" + holdMap + ") -m found }"
	if mode == proxy.TCP {
		return []string{hasLua, "tcp-request inspect-delay " + maxHold, "tcp-request content lua.recipe_hold_tcp" + named, endLua}
	}
	return []string{hasLua, "http-request lua.recipe_hold" + named, endLua}
}

// maxHold is longer than any hold.
const maxHold = "2h"

// holds tells whether some group's requests are to wait.
func holds(site *proxy.Site) bool {
	for _, g := range site.Groups {
		if g.Until > 0 {
			return true
		}
	}
	return false
}
