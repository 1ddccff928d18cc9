-- Needs: jobs
-- Reads jobs as they stand at one moment; who is not there, or only half, is left out.
-- KEYS: the pool
-- ARGV: jobs …
-- Complexity: O(k) for k jobs
local found = {}
for _, id in ipairs(ARGV) do
  local job = job_of(id)
  local told = job and snapshot(id, job)
  if told and told[2] then found[#found + 1] = told end
end
return found
