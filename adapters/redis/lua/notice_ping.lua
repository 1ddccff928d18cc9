-- Takes the right to ping the requester: 1 for the first that asks, and again for the same asker.
-- KEYS: the pool
-- ARGV: job, asker
-- Complexity: O(1)
if redis.call('EXISTS', key('job', ARGV[1])) == 0 then return 0 end
local notice = key('notice', ARGV[1])
redis.call('HSETNX', notice, 'pinged', ARGV[2])
return redis.call('HGET', notice, 'pinged') == ARGV[2] and 1 or 0
