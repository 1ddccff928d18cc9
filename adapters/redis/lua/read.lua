-- Needs: jobs
-- Reads jobs as they stand at one moment; who is not there is left out.
-- KEYS: the pool
-- ARGV: jobs …
-- Complexity: O(k) for k jobs
local found = {}
for _, id in ipairs(ARGV) do
  local job = job_of(id)
  if job then found[#found + 1] = snapshot(id, job) end
end
return found
