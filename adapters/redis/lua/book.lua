-- Returns the version of a rule book, and its entries by turns with their keys where that is not the known one.
-- KEYS: the pool
-- ARGV: tenant ('' for everywhere), known version
-- Complexity: O(n) for n entries of a book that changed, else O(1)
local book = ARGV[1] == '' and key('book') or key('book', ARGV[1])
local version = redis.call('HGET', book, 'version') or '0'
if version == ARGV[2] then return {version} end
return {version, redis.call('HGETALL', book)}
