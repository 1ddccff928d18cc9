-- Needs: signed
-- Returns every open session of those who speak by a platform, each after its name, and what time it is.
-- KEYS: the pool
-- ARGV: platform, life of a session in ms
-- Complexity: O(n) for n sessions
local found, all = {}, redis.call('HGETALL', key('sessions'))
for i = 1, #all, 2 do
  local at, who = string.match(all[i + 1], SESSION)
  if string.match(who, '^[^/]*') == ARGV[1] and now() - at < tonumber(ARGV[2]) then
    found[#found + 1] = {all[i], all[i + 1]}
  end
end
return {found, now()}
