-- Takes the oldest job that may run on a server; a nonce that was used gets its first answer while that lease lives.
-- KEYS: the pool
-- ARGV: server, nonce, lease in ms, memory of a nonce in ms, '1' if only the digests that follow, digests …
-- Complexity: O(log n) for n waiting jobs, and the number of digests
local server, nonce, term = ARGV[1], key('nonce', ARGV[2]), tonumber(ARGV[3])

local before = redis.call('GET', nonce)
if before then
  local id, fence = string.match(before, '^(.*):(%d+)$')
  if holds(id, fence) then
    local about = redis.call('HMGET', key('job', id), 'attempt', 'server')
    return {id, tonumber(about[1]), tonumber(fence), tonumber(redis.call('ZSCORE', key('leases'), id)), about[2]}
  end
end

local function head(line)
  local first = redis.call('ZRANGE', line, 0, 0, 'WITHSCORES')
  return first[1], tonumber(first[2])
end

local id, order
if ARGV[5] == '1' then
  for i = 6, #ARGV do
    local other, place = head(key('waiting', ARGV[i]))
    if other and (not order or place < order) then id, order = other, place end
  end
else
  id, order = head(key('waiting'))
end
if not id then return false end

local job, expires = key('job', id), now() + term
step_out(id)
local fence = redis.call('HINCRBY', job, 'fence', 1)
local attempt = redis.call('HINCRBY', job, 'attempt', 1)
redis.call('HSET', job, 'state', 'starting', 'server', server)
redis.call('ZADD', key('leases'), expires, id)
redis.call('SADD', key('held', server), id)
redis.call('SET', nonce, id .. ':' .. fence, 'PX', ARGV[4])
changed(id)
return {id, attempt, fence, expires, server}
