-- Needs: jobs
-- Lists the jobs that are leased to a server, each with its lease.
-- KEYS: the pool
-- ARGV: server
-- Complexity: O(n) for n leases
local mine, leases = {}, redis.call('ZRANGE', key('leases'), 0, -1, 'WITHSCORES')
for i = 1, #leases, 2 do
  local job = job_of(leases[i])
  if job and job.server == ARGV[1] then mine[#mine + 1] = {tonumber(leases[i + 1]), snapshot(leases[i], job)} end
end
return mine
