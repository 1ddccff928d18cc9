-- Needs: jobs, board
-- Takes a job off the board, even one of which nothing else is left.
-- KEYS: the pool
-- ARGV: job
-- Complexity: O(1); O(n) for n jobs on the boards where nothing else is left of it
local id = ARGV[1]
local job = job_of(id)
if job then
  shown_for_good(id, job)
  return 1
end
for _, platform in ipairs(redis.call('SMEMBERS', key('platforms'))) do
  for _, leaf in ipairs(redis.call('ZRANGE', key('pages', platform), 0, -1)) do take_off_leaf(platform, leaf, id) end
end
return 1
