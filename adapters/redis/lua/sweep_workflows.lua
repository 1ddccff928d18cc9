-- Forgets workflow files that no job needs and nobody has used for long.
-- KEYS: the pool
-- ARGV: greatest age in ms, how many to look at
-- Complexity: O(k log n) for k looked at of n digests
local forgotten, oldest = 0, now() - tonumber(ARGV[1])
for _, digest in ipairs(redis.call('ZRANGEBYSCORE', key('digests'), '-inf', oldest, 'LIMIT', 0, ARGV[2])) do
  if redis.call('HEXISTS', key('uses'), digest) == 0 then
    redis.call('DEL', key('workflow', digest))
    redis.call('ZREM', key('digests'), digest)
    forgotten = forgotten + 1
  end
end
return forgotten
