-- Needs: jobs
-- Replaces what is shown of a job's progress and hints at it; a job that is not there is not shown.
-- KEYS: the pool
-- ARGV: job, progress, preview ('' keeps the old one), life in ms
-- Complexity: O(1)
local id = ARGV[1]
local job = job_of(id)
if not job then return 0 end
redis.call('SET', key('live', id), ARGV[2], 'PX', ARGV[4])
if ARGV[3] ~= '' then
  redis.call('SET', key('preview', id), ARGV[3], 'PX', ARGV[4])
else
  redis.call('PEXPIRE', key('preview', id), ARGV[4])
end
redis.call('PUBLISH', key('changed', platform_of(job)), id)
return 1
