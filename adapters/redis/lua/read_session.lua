-- Needs: signed
-- Returns a session that is still open, and what time it is.
-- KEYS: the pool
-- ARGV: session, life of a session in ms
-- Complexity: O(1)
return {session_of(ARGV[1], ARGV[2]) or false, now()}
