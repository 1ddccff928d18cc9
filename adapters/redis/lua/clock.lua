-- Returns what time it is by the only clock, in ms.
-- KEYS: the pool
-- ARGV: nothing
-- Complexity: O(1)
return now()
