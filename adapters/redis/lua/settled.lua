-- Needs: census
-- Lists some of the jobs that ended lately, the latest first: of a tenant, of a platform, of somebody, or any; after how
-- many were looked through.
-- KEYS: the pool
-- ARGV: tenant, platform, user ('' for each that may be any), since when in ms, how many to leave out, to look through
-- Complexity: O(log n + k) for k looked through and left out of n jobs
local found = {}
local latest = redis.call('ZREVRANGEBYSCORE', key('ended'), '+inf', ARGV[4], 'LIMIT', ARGV[5], ARGV[6])
for _, id in ipairs(latest) do
  local job = redis.call('HMGET', key('job', id), 't', 'u')
  if is_meant(job[1], job[2]) then found[#found + 1] = id end
end
return {#latest, found}
