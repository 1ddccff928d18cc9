-- Ends every session and voids every link.
-- KEYS: the pool
-- ARGV: nothing
-- Complexity: O(n) for n links and sessions
redis.call('DEL', key('links'), key('sessions'))
return 1
