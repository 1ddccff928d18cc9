-- Replaces the lanes, if they still have the version that the new ones were made from; tend then seats everybody anew.
-- KEYS: the pool
-- ARGV: version, digest of the new lanes, number of servers, server, lane …, requirement, lanes (by commas) …
-- Complexity: O(n) for n servers and requirements
local version, tending = tonumber(redis.call('HGET', key('pool'), 'version') or 0), key('tending')
if version ~= tonumber(ARGV[1]) then
  -- Whoever asks again after a lost answer laid these very lanes.
  local mine = version == ARGV[1] + 1 and redis.call('HGET', tending, 'laid') == ARGV[2]
  return mine and 1 or 0
end
redis.call('DEL', key('lane_of'), key('routes'))
local servers = 3 + 2 * tonumber(ARGV[3])
for i = 4, servers, 2 do redis.call('HSET', key('lane_of'), ARGV[i], ARGV[i + 1]) end
for i = servers + 1, #ARGV, 2 do redis.call('HSET', key('routes'), ARGV[i], ARGV[i + 1]) end
redis.call('HSET', key('pool'), 'version', version + 1)
redis.call('HSET', tending, 'laid', ARGV[2])
return 1
