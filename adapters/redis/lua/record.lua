-- Writes down a run just before its submit; 0: the lease is lost, do not submit.
-- KEYS: the pool
-- ARGV: job, fence, run, client
-- Complexity: O(log n) for n jobs on the board
local id, job = ARGV[1], key('job', ARGV[1])
if not holds(id, ARGV[2]) then return 0 end
local about = redis.call('HMGET', job, 'state', 'run')
if about[1] == 'running' then return about[2] == ARGV[3] and 1 or 0 end
redis.call('HSET', job, 'state', 'running', 'run', ARGV[3], 'client', ARGV[4], 'started', now())
changed(id)
return 1
