-- Ends a job that is on no server, or tells the worker that runs it.
-- KEYS: the pool
-- ARGV: job
-- Complexity: O(log n) for n jobs
local id, job = ARGV[1], key('job', ARGV[1])
local about = redis.call('HMGET', job, 'state', 'cancel')
local state = about[1]
if not state then return 'unknown' end
if state == 'queued' or state == 'starting' then
  finish(id, 'cancelled', 0, false)
  return 'cancelled'
end
if state == 'cancelled' then return 'cancelled' end
if state ~= 'running' then return 'too_late' end
if about[2] ~= '1' then
  redis.call('HSET', job, 'cancel', 1)
  changed(id)
end
return 'requested'
