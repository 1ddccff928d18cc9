-- Needs: calls, leases
-- Writes down a run just before its submit; 0: the lease is lost, do not submit.
-- KEYS: the pool
-- ARGV: for each call: job, fence, run, client
-- Complexity: O(1), for each
local answers = each(function(id, fence, run, client)
  local job = held(id, fence)
  if not job then return 0 end
  if job.state == 'running' then return job.run == run and 1 or 0 end
  change(id, job, {state = 'running', run = run, client = client ~= '' and client, started = now()})
  return 1
end)
tell()
return answers
