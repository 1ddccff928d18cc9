-- Returns requirements and meanings by turns; forgets those that were not kept for long and that no job waits with.
-- KEYS: the pool
-- ARGV: how long, in ms
-- Complexity: O(n) for n requirements
for _, requirement in ipairs(redis.call('ZRANGEBYSCORE', key('required'), '-inf', now() - tonumber(ARGV[1]))) do
  if tonumber(redis.call('HGET', key('wanted'), requirement) or 0) <= 0 then
    redis.call('ZREM', key('required'), requirement)
    redis.call('HDEL', key('meanings'), requirement)
    redis.call('HDEL', key('wanted'), requirement)
  end
end
return redis.call('HGETALL', key('meanings'))
