-- Lists the jobs on a platform's board, the oldest first.
-- KEYS: the pool
-- ARGV: platform
-- Complexity: O(n) for n jobs on the board
local open = {}
for _, leaf in ipairs(redis.call('ZRANGE', key('pages', ARGV[1]), 0, -1)) do
  for _, id in ipairs(redis.call('ZRANGE', key('board', ARGV[1] .. ':' .. leaf), 0, -1)) do open[#open + 1] = id end
end
return open
