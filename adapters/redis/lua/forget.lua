-- Needs: forgetting
-- Forgets one settled job; notes the files that nobody refers to any more. A job that has not ended stays.
-- KEYS: the pool
-- ARGV: job
-- Complexity: O(log n) for n jobs, and the number of its files
if redis.call('EXISTS', key('job', ARGV[1])) == 0 then return 1 end
if not redis.call('ZSCORE', key('ended'), ARGV[1]) then return 0 end
forget(ARGV[1])
return 1
