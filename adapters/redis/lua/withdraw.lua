-- Needs: jobs
-- Keeps a settled job for moderators alone: nobody finds it among their own any more, nobody can let it pass any more, and
-- it goes when the reports of it do. One that is not there, or has not ended, stays as it is.
-- KEYS: the pool
-- ARGV: job, when it goes at the latest in ms
-- Complexity: O(log n) for n jobs
local id = ARGV[1]
local job = job_of(id)
if not job or not redis.call('ZSCORE', key('ended'), id) then return 0 end
redis.call('HSET', key('job', id), 'evidence', '1')
redis.call('ZREM', key('of', job.t .. '/' .. job.u), id)
if job.review then
  redis.call('ZREM', key('review'), id)
  redis.call('ZREM', key('review', job.t), id)
end
redis.call('ZADD', key('evidence'), ARGV[2], id)
return 1
