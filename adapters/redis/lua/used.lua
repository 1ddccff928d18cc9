-- Tells who used how much GPU time in some of the hours: of a tenant, or of all; of one user, or of everybody.
-- Answers how many hours of tenants were looked at; of each where anything was used: tenant, hour, its users with their ms.
-- KEYS: the pool
-- ARGV: tenant ('' for all), the first hour in ms, how many to leave out, how many to look at, user ('' for everybody)
-- Complexity: O(log n + k) for k fields of those that are looked at of n hours of tenants
local oldest = now() - now() % HOUR - HOURS_KEPT
local since, left_out, most, about = math.max(tonumber(ARGV[2]), oldest), tonumber(ARGV[3]), tonumber(ARGV[4]), {}
if ARGV[1] == '' then
  about = redis.call('ZRANGEBYSCORE', key('used'), string.format('%.0f', since), '+inf', 'LIMIT', left_out, most)
else
  for hour = since + left_out * HOUR, now(), HOUR do
    if #about == most then break end
    about[#about + 1] = ARGV[1] .. ':' .. string.format('%.0f', hour)
  end
end
local found = {#about}
for _, each in ipairs(about) do
  local used
  if ARGV[5] == '' then
    used = redis.call('HGETALL', key('used', each))
  else
    local gpu = redis.call('HGET', key('used', each), ARGV[5])
    used = gpu and {ARGV[5], gpu} or {}
  end
  local tenant, hour = string.match(each, '^(.*):(%d+)$')
  if used[1] then found[#found + 1] = {tenant, hour, used} end
end
return found
