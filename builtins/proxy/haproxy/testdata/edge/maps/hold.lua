# recipe edge format 1
-- Lets what a frontend received wait while hold.map names its group, with the time until which at most, in seconds
-- since 1970.
local holds = Map.new("maps/hold.map", Map._str)

local function held(txn)
	local limit = tonumber(holds:lookup(txn:get_var("txn.group")))
	return limit ~= nil and os.time() < limit and txn.f:stopping() ~= 1
end

core.register_action("recipe_hold", { "http-req" }, function(txn)
	while held(txn) do
		core.msleep(20)
	end
end)

core.register_action("recipe_hold_tcp", { "tcp-req" }, function(txn)
	if not held(txn) then
		return act.CONTINUE
	end
	act.wake_time(20)
	return act.YIELD
end)
