-- Takes a job off the board, even one of which nothing else is left.
-- KEYS: the pool
-- ARGV: job
-- Complexity: O(log n) for n jobs on the board
for _, platform in ipairs(redis.call('SMEMBERS', key('platforms'))) do
  redis.call('ZREM', key('board', platform), ARGV[1])
end
return 1
