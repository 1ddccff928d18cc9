-- Takes or keeps the right to edit in a bucket; 0 while somebody else has it.
-- KEYS: the pool
-- ARGV: bucket, owner, term in ms
-- Complexity: O(1)
local bucket, at = key('owner', ARGV[1]), now()
local holder = redis.call('HMGET', bucket, 'owner', 'until')
if holder[1] and holder[1] ~= ARGV[2] and tonumber(holder[2]) > at then return 0 end
redis.call('HSET', bucket, 'owner', ARGV[2], 'until', at + tonumber(ARGV[3]))
redis.call('PEXPIRE', bucket, ARGV[3])
return 1
