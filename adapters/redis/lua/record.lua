-- Needs: leases
-- Writes down a run just before its submit; 0: the lease is lost, do not submit.
-- KEYS: the pool
-- ARGV: job, fence, run, client
-- Complexity: O(log n) for n jobs on the board
local id, run, client = ARGV[1], ARGV[3], ARGV[4]
local job = held(id, ARGV[2])
if not job then return 0 end
if job.state == 'running' then return job.run == run and 1 or 0 end
change(id, job, {state = 'running', run = run, client = client ~= '' and client, started = now()})
return 1
