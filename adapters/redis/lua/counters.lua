-- Returns what counters hold, each as a hash, after what time it is.
-- KEYS: the pool
-- ARGV: counters
-- Complexity: O(n) for n spans of all
local found = {now()}
for i, counter in ipairs(ARGV) do found[i + 1] = redis.call('HGETALL', key('counter', counter)) end
return found
