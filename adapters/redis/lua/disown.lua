-- Gives the right to edit in a bucket back, if it is still ours.
-- KEYS: the pool
-- ARGV: bucket, owner
-- Complexity: O(1)
local bucket = key('owner', ARGV[1])
if redis.call('HGET', bucket, 'owner') == ARGV[2] then return redis.call('DEL', bucket) end
return 0
