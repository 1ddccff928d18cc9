-- Needs: jobs
-- Notes what a message shows; the final one takes the job off the board.
-- KEYS: the pool
-- ARGV: job, message (JSON), digest of what was rendered, '1' if final
-- Complexity: O(log n) for n jobs on the board
local id = ARGV[1]
local job = job_of(id)
if not job then return 0 end
redis.call('HSET', key('notice', id), 'state', 'shown', 'message', ARGV[2], 'rendered', ARGV[3])
if ARGV[4] == '1' then shown_for_good(id, job) end
return 1
