-- Needs: signed
-- Ends every session and voids every link, of one platform or of all.
-- KEYS: the pool
-- ARGV: platform ('' for all)
-- Complexity: O(n) for n links and sessions
for entries, pattern in pairs({[key('links')] = LINK, [key('sessions')] = SESSION}) do
  local all = redis.call('HGETALL', entries)
  for i = 1, #all, 2 do
    local _, who = string.match(all[i + 1], pattern)
    if ARGV[1] == '' or string.match(who, '^[^/]*') == ARGV[1] then redis.call('HDEL', entries, all[i]) end
  end
end
return 1
