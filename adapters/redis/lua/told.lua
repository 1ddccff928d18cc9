-- Notes that somebody has these servers, whether or not they answer just now.
-- KEYS: the pool
-- ARGV: servers
-- Complexity: O(n log m) for n of m servers
for _, server in ipairs(ARGV) do redis.call('ZADD', key('told'), now(), server) end
return #ARGV
