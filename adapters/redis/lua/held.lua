-- Needs: jobs
-- Lists the jobs that are leased to a server, each with its lease; what is not there, or not leased, is left out.
-- KEYS: the pool
-- ARGV: server
-- Complexity: O(k) for k jobs of the server
local mine = {}
for _, id in ipairs(redis.call('HKEYS', key('held', ARGV[1]))) do
  local job, expires = job_of(id), redis.call('ZSCORE', key('leases'), id)
  if job and expires then mine[#mine + 1] = {tonumber(expires), snapshot(id, job)} end
end
return mine
