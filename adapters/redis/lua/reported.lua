-- Tells of each job until when it is evidence, in the order of the jobs; false: there is no report of it any more.
-- KEYS: the pool
-- ARGV: jobs
-- Complexity: O(k log n) for k of n jobs that were reported
local found = {}
for i, id in ipairs(ARGV) do
  local until_ms = redis.call('ZSCORE', key('evidence'), id)
  found[i] = until_ms and tonumber(until_ms) > now() and until_ms
end
return found
