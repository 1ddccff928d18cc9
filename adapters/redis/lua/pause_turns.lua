-- Lets nobody take a turn for so long; a longer pause stays.
-- KEYS: the pool
-- ARGV: bucket, ms
-- Complexity: O(1)
local paused, over = key('paused', ARGV[1]), now() + tonumber(ARGV[2])
if tonumber(redis.call('GET', paused) or 0) < over then redis.call('SET', paused, over, 'PX', ARGV[2]) end
return 1
