-- Needs: leases, endings, writing
-- Hands a held job back at its old place; the same again by the same fence gets the same answer.
-- KEYS: the pool
-- ARGV: job, fence, '1' if it costs an attempt, attempts, code and result of the last one, what it needs from now on if
-- that is something else
-- Complexity: O(log n) for n jobs
local id, fence = ARGV[1], ARGV[2]
local job = held(id, fence)
if not job then return ended_as(id, fence) == 'queued' and 1 or 0 end
local news = {}
end_as(news, fence, 'queued')
hand_back(id, job, ARGV[3] == '1' and job.state == 'running', tonumber(ARGV[4]), ARGV[5], ARGV[6], news, ARGV[7])
write()
wake()
tell()
return 1
