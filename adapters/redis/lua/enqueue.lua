-- Adds a job, or finds it; checks all charges, then adds all, or none.
-- KEYS: the pool
-- ARGV: job, schema, platform, digest, whose, payload, shortest wait in ms, bytes and number of files,
--       the files' keys …, then for each charge: counter, amount, ceiling, settlement, window in ms ('' for none)
-- Complexity: O(log n) for n jobs, and the number of charges and files
local id, schema, platform, digest, whose, payload = unpack(ARGV, 1, 6)
local job, files = key('job', id), tonumber(ARGV[9])
if redis.call('EXISTS', job) == 1 then return {'known', snapshot(id)} end

local at, wanted, since = now(), {}, {}
for i = 10 + files, #ARGV, 5 do
  local counter, amount, ceiling, window = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), tonumber(ARGV[i + 4])
  local kept = redis.call('HMGET', key('counter', counter), 'count', 'since')
  local count, began = tonumber(kept[1] or 0), tonumber(kept[2] or at)
  if window and at >= began + window then count, began = 0, at end
  wanted[counter] = (wanted[counter] or 0) + amount
  since[counter] = began
  if count + wanted[counter] > ceiling then
    return {'full', counter, window and began + window - at or tonumber(ARGV[7])}
  end
end

for i = 10 + files, #ARGV, 5 do
  local name, counter = ARGV[i], key('counter', ARGV[i])
  local began = string.format('%.0f', since[name])
  if redis.call('HGET', counter, 'since') ~= began then redis.call('HSET', counter, 'count', 0, 'since', began) end
  redis.call('HINCRBY', counter, 'count', ARGV[i + 1])
  -- By the server's real clock: only to forget what nobody asks for any more.
  if ARGV[i + 4] ~= '' then redis.call('PEXPIRE', counter, ARGV[i + 4]) end
  redis.call('RPUSH', key('charges', id), name, ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], began)
end

local order = redis.call('HINCRBY', key('pool'), 'order', 1)
redis.call('HSET', job, 'schema', schema, 'state', 'queued', 'revision', 0, 'order', order, 'platform', platform,
  'digest', digest, 'whose', whose, 'attempt', 0, 'spent', 0, 'fence', 0, 'created', at, 'bytes', ARGV[8])
redis.call('HINCRBY', key('pool'), 'bytes', ARGV[8])
redis.call('SET', key('payload', id), payload)
redis.call('ZADD', key('of', whose), order, id)
redis.call('SADD', key('platforms'), platform)
redis.call('HINCRBY', key('users'), digest, 1)
redis.call('ZADD', key('digests'), at, digest)
for i = 10, 9 + files do refer(id, ARGV[i]) end
line_up(id)
changed(id)
return {'added', snapshot(id)}
