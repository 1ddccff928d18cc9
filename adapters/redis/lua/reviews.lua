-- Needs: jobs
-- Reads the jobs that wait for a moderator, the oldest first: of a tenant, or of all.
-- KEYS: the pool
-- ARGV: tenant ('' for all), how many at most
-- Complexity: O(k + log n) for k of n jobs
local found = {}
local index = ARGV[1] == '' and key('review') or key('review', ARGV[1])
for _, id in ipairs(redis.call('ZRANGE', index, 0, ARGV[2] - 1)) do
  local job = job_of(id)
  local told = job and snapshot(id, job)
  if told and told[2] then found[#found + 1] = told end
end
return found
