-- Forgets settled jobs that are too old, too many or hold too many bytes; notes the files that nobody refers to any more.
-- KEYS: the pool
-- ARGV: greatest age in ms, most jobs, most bytes, how many to forget at most
-- Complexity: O(k log n) for k forgotten of n jobs
local oldest = now() - tonumber(ARGV[1])
local ended, pool = key('ended'), key('pool')
local forgotten = 0

local function forget(id)
  local job = key('job', id)
  local about = redis.call('HMGET', job, 'digest', 'platform', 'bytes', 'whose')
  for _, file in ipairs(redis.call('LRANGE', key('references', id), 0, -1)) do
    if redis.call('HINCRBY', key('files'), file, -1) <= 0 then
      redis.call('HDEL', key('files'), file)
      redis.call('SADD', key('unreferenced'), file)
    end
  end
  if redis.call('HINCRBY', key('users'), about[1], -1) <= 0 then redis.call('HDEL', key('users'), about[1]) end
  redis.call('HINCRBY', pool, 'bytes', -tonumber(about[3]))
  redis.call('ZREM', ended, id)
  redis.call('ZREM', key('board', about[2]), id)
  redis.call('ZREM', key('of', about[4]), id)
  for _, name in ipairs({'job', 'payload', 'result', 'charges', 'references', 'notice', 'live', 'preview'}) do
    redis.call('DEL', key(name, id))
  end
end

while forgotten < tonumber(ARGV[4]) do
  local first = redis.call('ZRANGE', ended, 0, 0, 'WITHSCORES')
  local id = first[1]
  if not id then break end
  local old = tonumber(first[2]) <= oldest
  local many = redis.call('ZCARD', ended) > tonumber(ARGV[2])
  local large = tonumber(redis.call('HGET', pool, 'bytes') or 0) > tonumber(ARGV[3])
  if not (old or many or large) then break end
  forget(id)
  forgotten = forgotten + 1
end
return forgotten
