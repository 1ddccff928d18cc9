-- Needs: leases, endings, files
-- Ends a held job, once: succeeded, failed or cancelled; the same again by the same fence gets the same answer.
-- KEYS: the pool
-- ARGV: job, fence, state, GPU milliseconds, '1' if everything is given back, code, result, bytes, files' keys …
-- Complexity: O(log n) for n jobs, and the number of charges and files
local id, fence, state, bytes = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[8])
local job = held(id, fence)
if not job then return ended_as(id, fence) == state and 1 or 0 end
if state == 'succeeded' and job.state ~= 'running' then return 0 end

local news = {code = ARGV[6] ~= '' and ARGV[6]}
end_as(news, fence, state)
if ARGV[7] ~= '' then redis.call('SET', key('result', id), ARGV[7]) end
if bytes > 0 then
  news.bytes = (job.bytes or 0) + bytes
  put(pool, 'bytes', pool.bytes + bytes)
end
for i = 9, #ARGV do refer(id, ARGV[i]) end
finish(id, job, state, math.max(tonumber(job.gpu or 0), tonumber(ARGV[4])), ARGV[5] == '1', news)
write()
wake()
return 1
