-- Reads jobs as they stand at one moment; who is not there is left out.
-- KEYS: the pool
-- ARGV: jobs …
-- Complexity: O(k) for k jobs
local found = {}
for _, id in ipairs(ARGV) do
  if redis.call('EXISTS', key('job', id)) == 1 then found[#found + 1] = snapshot(id) end
end
return found
