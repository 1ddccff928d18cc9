-- Keeps a report in place of the one that is known of it, or returns what is kept instead of that; those that are too
-- old go, and the oldest of a tenant that has too many. What a job made is evidence until its last report goes.
-- KEYS: the pool
-- ARGV: tenant, report (job and reporter), the same as JSON, as it was known ('' if not), most of a tenant, life in ms
-- Complexity: O(k log n) for k that go of n reports
local tenant, name, at, life = ARGV[1], ARGV[2], now(), tonumber(ARGV[6])
local function job_in(report)
  return string.match(report, '^[^/]+')
end
local function drop(whose, what)
  local until_ms = tonumber(redis.call('ZSCORE', key('reported', whose), what) or 0) + life
  redis.call('HDEL', key('reports', whose), what)
  redis.call('ZREM', key('reported', whose), what)
  redis.call('ZREM', key('reported'), whose .. ' ' .. what)
  -- The last one of its job: the evidence is over now.
  local kept = tonumber(redis.call('ZSCORE', key('evidence'), job_in(what)) or 0)
  if kept > at and kept <= until_ms then redis.call('ZADD', key('evidence'), at, job_in(what)) end
end
local old = at - life
for _, member in ipairs(redis.call('ZRANGEBYSCORE', key('reported'), '-inf', old, 'LIMIT', 0, 100)) do
  drop(string.match(member, '^(%S+) (.+)$'))
end
local kept = redis.call('HGET', key('reports', tenant), name) or ''
if kept ~= ARGV[4] then return kept end
redis.call('HSET', key('reports', tenant), name, ARGV[3])
redis.call('ZADD', key('reported', tenant), at, name)
redis.call('ZADD', key('reported'), at, tenant .. ' ' .. name)
local job = job_in(name)
if redis.call('EXISTS', key('job', job)) == 1 then redis.call('ZADD', key('evidence'), at + life, job) end
local over = redis.call('ZCARD', key('reported', tenant)) - tonumber(ARGV[5])
if over > 0 then
  for _, oldest in ipairs(redis.call('ZRANGE', key('reported', tenant), 0, over - 1)) do drop(tenant, oldest) end
end
return nil
