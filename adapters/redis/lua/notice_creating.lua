-- Notes that a message is being made; one that is shown stays shown.
-- KEYS: the pool
-- ARGV: job
-- Complexity: O(1)
if redis.call('EXISTS', key('job', ARGV[1])) == 0 then return 0 end
return redis.call('HSETNX', key('notice', ARGV[1]), 'state', 'creating')
