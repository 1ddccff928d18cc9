-- Hands a held job back at its old place; the same again by the same fence gets the same answer.
-- KEYS: the pool
-- ARGV: job, fence, '1' if it costs an attempt, attempts, code and result of the last one
-- Complexity: O(log n) for n jobs
local id, fence, job = ARGV[1], ARGV[2], key('job', ARGV[1])
if not holds(id, fence) then return ended_as(id, fence) == 'queued' and 1 or 0 end
local costs = ARGV[3] == '1' and redis.call('HGET', job, 'state') == 'running'
end_as(id, fence, 'queued')
hand_back(id, costs, tonumber(ARGV[4]), ARGV[5], ARGV[6])
return 1
