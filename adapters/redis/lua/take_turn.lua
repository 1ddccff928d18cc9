-- Takes a turn at something of which there are so many in any stretch of time, for all processes together: returns 0, or
-- after how many ms to come again. Whoever asks again after a lost answer has the turn that they had.
-- KEYS: the pool
-- ARGV: bucket, most, the stretch in ms, asker
-- Complexity: O(log n) for n turns of a stretch, and those that are over
local paced, most, stretch = key('paced', ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local paused = tonumber(redis.call('GET', key('paused', ARGV[1])) or 0) - now()
if paused > 0 then return paused end
redis.call('ZREMRANGEBYSCORE', paced, '-inf', now() - stretch)
if redis.call('ZSCORE', paced, ARGV[4]) then return 0 end
if redis.call('ZCARD', paced) >= most then
  local first = redis.call('ZRANGE', paced, -most, -most, 'WITHSCORES')
  return math.max(1, tonumber(first[2]) + stretch - now())
end
redis.call('ZADD', paced, now(), ARGV[4])
redis.call('PEXPIRE', paced, stretch)
return 0
