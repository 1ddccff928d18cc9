-- Needs: forgetting
-- Forgets settled jobs that are too old, too many or hold too many bytes, and withdrawn evidence whose time is over;
-- notes the files that nobody refers to any more. Other evidence stays, however old; where there is too much of all, it
-- goes before what ended within a day does: nobody is to fill the disk with reports until nothing new has room.
-- KEYS: the pool
-- ARGV: greatest age in ms, most jobs, most bytes, how many to forget at most
-- Complexity: O((k + e) log n) for k forgotten of n jobs, e of which are evidence
local DAY = 86400000
local oldest, late = now() - tonumber(ARGV[1]), now() - DAY
local ended, evidence, pool = key('ended'), key('evidence'), key('pool')
local forgotten, most = 0, tonumber(ARGV[4])

for _, id in ipairs(redis.call('ZRANGEBYSCORE', evidence, '-inf', now(), 'LIMIT', 0, ARGV[4])) do
  if redis.call('HEXISTS', key('job', id), 'evidence') == 1 then
    forget(id)
    forgotten = forgotten + 1
  else
    redis.call('ZREM', evidence, id)
  end
end

local skipped = 0 -- all before this one are evidence
while forgotten < most do
  local first = redis.call('ZRANGE', ended, skipped, skipped, 'WITHSCORES')
  local id, at = first[1], tonumber(first[2])
  if id and redis.call('ZSCORE', evidence, id) then
    skipped = skipped + 1
  else
    local many = redis.call('ZCARD', ended) > tonumber(ARGV[2])
    local large = tonumber(redis.call('HGET', pool, 'bytes') or 0) > tonumber(ARGV[3])
    if skipped > 0 and (many or large) and not (id and at <= late) then
      id, skipped = redis.call('ZRANGE', ended, 0, 0)[1], skipped - 1
    elseif not (id and (at <= oldest or many or large)) then
      break
    end
    forget(id)
    forgotten = forgotten + 1
  end
end
return forgotten
