-- Ends a held job, once: succeeded, failed or cancelled; the same again by the same fence gets the same answer.
-- KEYS: the pool
-- ARGV: job, fence, state, GPU milliseconds, '1' if everything is given back, code, result, bytes, files' keys …
-- Complexity: O(log n) for n jobs, and the number of charges and files
local id, fence, state, job = ARGV[1], ARGV[2], ARGV[3], key('job', ARGV[1])
if not holds(id, fence) then return ended_as(id, fence) == state and 1 or 0 end
local about = redis.call('HMGET', job, 'state', 'gpu')
if state == 'succeeded' and about[1] ~= 'running' then return 0 end

end_as(id, fence, state)
redis.call('HINCRBY', job, 'bytes', ARGV[8])
if ARGV[6] ~= '' then redis.call('HSET', job, 'code', ARGV[6]) end
if ARGV[7] ~= '' then redis.call('SET', key('result', id), ARGV[7]) end
redis.call('HINCRBY', key('pool'), 'bytes', ARGV[8])
for i = 9, #ARGV do refer(id, ARGV[i]) end
finish(id, state, math.max(tonumber(about[2] or 0), tonumber(ARGV[4])), ARGV[5] == '1')
return 1
