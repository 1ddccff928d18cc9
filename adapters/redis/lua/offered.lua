-- Returns server and offer, by turns, of every server that somebody told of lately.
-- KEYS: the pool
-- ARGV: how lately, in ms
-- Complexity: O(n) for n servers
local found = {}
for _, server in ipairs(redis.call('ZRANGEBYSCORE', key('told'), now() - tonumber(ARGV[1]), '+inf')) do
  local offer = redis.call('HGET', key('vocabulary'), server)
  if offer then
    found[#found + 1] = server
    found[#found + 1] = offer
  end
end
return found
