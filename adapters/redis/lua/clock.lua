-- Returns what time it is by the only clock, in ms.
-- KEYS: the pool
-- ARGV: none
-- Complexity: O(1)
return now()
