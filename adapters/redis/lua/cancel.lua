-- Needs: jobs, endings, writing
-- Ends a job that is on no server, or tells the worker that runs it.
-- KEYS: the pool
-- ARGV: job
-- Complexity: O(log n) for n jobs
local id = ARGV[1]
local job = job_of(id)
if not job then return 'unknown' end
if not job.state or job.state == 'starting' then
  finish(id, job, 'cancelled', 0, false, {})
  write()
  wake()
  tell()
  return 'cancelled'
end
if job.state == 'cancelled' then return 'cancelled' end
if job.state ~= 'running' then return 'too_late' end
if not job.cancel then change(id, job, {cancel = '1'}) end
tell()
return 'requested'
