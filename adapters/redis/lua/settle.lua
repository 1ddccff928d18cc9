-- Needs: calls, leases, endings, files, writing
-- Ends a held job, once: succeeded, failed or cancelled; the same again by the same fence gets the same answer.
-- KEYS: the pool
-- ARGV: for each call: job, fence, state, GPU milliseconds, '1' if everything is given back, code, result, bytes,
--       files' keys …
-- Complexity: O(log n) for n jobs, and the number of charges and files, for each
local function settle(id, fence, state, gpu, everything, code, result, bytes, ...)
  local job = held(id, fence)
  if not job then return ended_as(id, fence) == state and 1 or 0 end
  if state == 'succeeded' and job.state ~= 'running' then return 0 end

  local news = {code = code ~= '' and code}
  end_as(news, fence, state)
  if result ~= '' then redis.call('SET', key('result', id), result) end
  if bytes ~= '0' then
    news.bytes = (job.bytes or 0) + bytes
    put(pool, 'bytes', pool.bytes + bytes)
  end
  for _, file in ipairs({...}) do refer(id, file) end
  finish(id, job, state, math.max(tonumber(job.gpu or 0), tonumber(gpu)), everything == '1', news)
  return 1
end

local answers = each(settle)
write()
wake()
tell()
return answers
