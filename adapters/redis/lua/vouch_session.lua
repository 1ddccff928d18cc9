-- Needs: signed
-- Notes who somebody is by their platform's word of now; 0: the session is over.
-- KEYS: the pool
-- ARGV: session, who they are as JSON, life of a session in ms
-- Complexity: O(1)
local kept = session_of(ARGV[1], ARGV[3])
if not kept then return 0 end
local began, link, whose = string.match(kept, '^(%d+) %d+ (%S+) (%S+) ')
redis.call('HSET', key('sessions'), ARGV[1], string.format('%s %.0f %s %s %s', began, now(), link, whose, ARGV[2]))
return 1
