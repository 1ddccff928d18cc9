-- Returns requirements and meanings by turns; forgets of those that no job waits with what was not kept for long, and what
-- was kept longest ago where too many are known.
-- KEYS: the pool
-- ARGV: how long, in ms, and how many
-- Complexity: O(n) for n requirements
local required, latest = key('required'), now() - tonumber(ARGV[1])
local beyond = redis.call('ZCARD', required) - tonumber(ARGV[2])
local kept = redis.call('ZRANGE', required, 0, -1, 'WITHSCORES')
for i = 1, #kept, 2 do
  if tonumber(kept[i + 1]) > latest and beyond <= 0 then break end
  if tonumber(redis.call('HGET', key('wanted'), kept[i]) or 0) <= 0 then
    redis.call('ZREM', required, kept[i])
    redis.call('HDEL', key('meanings'), kept[i])
    redis.call('HDEL', key('wanted'), kept[i])
    beyond = beyond - 1
  end
end
return redis.call('HGETALL', key('meanings'))
