-- Lists the jobs that are leased to a server, each with its lease.
-- KEYS: the pool
-- ARGV: server
-- Complexity: O(k) for k jobs of the server
local held = {}
for _, id in ipairs(redis.call('SMEMBERS', key('held', ARGV[1]))) do
  held[#held + 1] = {tonumber(redis.call('ZSCORE', key('leases'), id)), snapshot(id)}
end
return held
