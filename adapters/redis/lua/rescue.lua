-- Puts jobs whose lease has run out back at their old place, at the cost of an attempt; says which.
-- KEYS: the pool
-- ARGV: attempts, code and result of the last one, how many at most
-- Complexity: O(k log n) for k rescued of n jobs
local late = redis.call('ZRANGEBYSCORE', key('leases'), '-inf', now(), 'LIMIT', 0, ARGV[4])
for _, id in ipairs(late) do hand_back(id, true, tonumber(ARGV[1]), ARGV[2], ARGV[3]) end
return late
