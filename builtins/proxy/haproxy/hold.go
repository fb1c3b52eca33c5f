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

// holdPoll is how often a request that waits looks whether it may go on. A thousand of them take some 2% of a core.
const holdPoll = 20 * time.Millisecond

// hasLua begins what a HAProxy without Lua passes over.
const hasLua, endLua = ".if feature(LUA)", ".endif"

// holdFiles are the script and what loads it, the same on every edge.
func holdFiles() map[string][]byte {
	script := fmt.Sprintf(`%s
-- Lets what a frontend received wait while hold.map names its group, with the time until which at most, in seconds
-- since 1970.
local holds = Map.new("%s", Map._str)
core.register_action("recipe_hold", { "http-req", "tcp-req" }, function(txn)
	local group = txn:get_var("txn.group")
	while true do
		local limit = tonumber(holds:lookup(group))
		if limit == nil or os.time() >= limit then
			return
		end
		core.msleep(%d)
	end
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
	rule := "lua.recipe_hold if { var(txn.group),map_str(" + holdMap + ") -m found }"
	if mode == proxy.TCP {
		return []string{hasLua, "tcp-request inspect-delay " + maxHold, "tcp-request content " + rule, endLua}
	}
	return []string{hasLua, "http-request " + rule, endLua}
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
