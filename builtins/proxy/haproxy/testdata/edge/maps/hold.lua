# recipe edge format 1
-- Lets what a frontend received wait while hold.map names its group, with the time until which at most, in seconds
-- since 1970.
local holds = Map.new("maps/hold.map", Map._str)
core.register_action("recipe_hold", { "http-req", "tcp-req" }, function(txn)
	local group = txn:get_var("txn.group")
	while true do
		local limit = tonumber(holds:lookup(group))
		if limit == nil or os.time() >= limit then
			return
		end
		core.msleep(20)
	end
end)
