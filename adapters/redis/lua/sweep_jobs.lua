-- Needs: forgetting
-- Forgets settled jobs that are too old, too many or hold too many bytes, and evidence whose time is over; notes the files that nobody refers to any more.
-- KEYS: the pool
-- ARGV: greatest age in ms, most jobs, most bytes, how many to forget at most
-- Complexity: O(k log n) for k forgotten of n jobs
local oldest = now() - tonumber(ARGV[1])
local ended, pool = key('ended'), key('pool')
local forgotten = 0

for _, id in ipairs(redis.call('ZRANGEBYSCORE', key('evidence'), '-inf', now(), 'LIMIT', 0, ARGV[4])) do
  forget(id)
  forgotten = forgotten + 1
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
