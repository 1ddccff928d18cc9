-- Keeps a report, each once; those that are too old go, and the oldest of a tenant that has too many.
-- KEYS: the pool
-- ARGV: tenant, report (job and reporter), the same as JSON, most of a tenant, life in ms
-- Complexity: O(k log n) for k that go of n reports
local tenant, name, at = ARGV[1], ARGV[2], now()
local function drop(whose, what)
  redis.call('HDEL', key('reports', whose), what)
  redis.call('ZREM', key('reported', whose), what)
  redis.call('ZREM', key('reported'), whose .. ' ' .. what)
end
local old = at - tonumber(ARGV[5])
for _, member in ipairs(redis.call('ZRANGEBYSCORE', key('reported'), '-inf', old, 'LIMIT', 0, 100)) do
  drop(string.match(member, '^(%S+) (.+)$'))
end
if redis.call('HSETNX', key('reports', tenant), name, ARGV[3]) == 0 then return 0 end
redis.call('ZADD', key('reported', tenant), at, name)
redis.call('ZADD', key('reported'), at, tenant .. ' ' .. name)
local over = redis.call('ZCARD', key('reported', tenant)) - tonumber(ARGV[4])
if over > 0 then
  for _, oldest in ipairs(redis.call('ZRANGE', key('reported', tenant), 0, over - 1)) do drop(tenant, oldest) end
end
return 1
