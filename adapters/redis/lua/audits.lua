-- Returns the newest entries of the audit that are not too old, each with its id.
-- KEYS: the pool
-- ARGV: tenant ('' for all), id that they are older than ('' for none), how many at most, life in ms
-- Complexity: O(log n + k) for k of n entries
local at = ARGV[1] == '' and key('audit') or key('audit', ARGV[1])
local from = ARGV[2] == '' and '+' or '(' .. ARGV[2]
local found = {}
for _, each in ipairs(redis.call('XREVRANGE', at, from, string.format('%.0f', now() - ARGV[4]), 'COUNT', ARGV[3])) do
  found[#found + 1] = {each[1], each[2][2]}
end
return found
