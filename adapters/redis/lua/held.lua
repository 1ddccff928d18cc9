-- Needs: jobs
-- Lists the jobs that are leased to a server, each with its lease.
-- KEYS: the pool
-- ARGV: server
-- Complexity: O(k) for k jobs of the server
local mine = {}
for _, id in ipairs(redis.call('HKEYS', key('held', ARGV[1]))) do
  mine[#mine + 1] = {tonumber(redis.call('ZSCORE', key('leases'), id)), snapshot(id, job_of(id))}
end
return mine
