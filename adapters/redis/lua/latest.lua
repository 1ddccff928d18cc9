-- Returns the text of somebody's latest job, or nothing, for each of them.
-- KEYS: the pool
-- ARGV: users by their whole names …
-- Complexity: O(k) for k users
local found = {}
for i, whole in ipairs(ARGV) do
  local id = redis.call('ZREVRANGE', key('of', whole), 0, 0)[1]
  found[i] = id and redis.call('GET', key('payload', id)) or false
end
return found
