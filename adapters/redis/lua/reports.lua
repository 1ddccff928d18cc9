-- Returns the newest reports that are not too old, each with when it was made.
-- KEYS: the pool
-- ARGV: tenant ('' for all), how many at most, life in ms
-- Complexity: O(k + log n) for k of n reports
local since, found = now() - tonumber(ARGV[3]), {}
local index = ARGV[1] == '' and key('reported') or key('reported', ARGV[1])
local newest = redis.call('ZREVRANGEBYSCORE', index, '+inf', '(' .. string.format('%.0f', since), 'WITHSCORES', 'LIMIT', 0, ARGV[2])
for i = 1, #newest, 2 do
  local tenant, name = ARGV[1], newest[i]
  if tenant == '' then tenant, name = string.match(name, '^(%S+) (.+)$') end
  found[#found + 1] = {newest[i + 1], redis.call('HGET', key('reports', tenant), name)}
end
return found
