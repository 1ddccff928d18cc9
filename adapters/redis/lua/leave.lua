-- Needs: calls, leases, endings, parking, writing
-- Takes away claims that were cancelled, and hands back at no cost what they were given.
-- KEYS: the pool
-- ARGV: for each call: server and nonce of some claims …
-- Complexity: O(log n) for n jobs, and the number of the server's jobs, for each
local function hand_back_given(server, nonce)
  leave(server .. '/' .. nonce)
  local mine = redis.call('HGETALL', key('held', server))
  for i = 1, #mine, 2 do
    local id = mine[i]
    local job = mine[i + 1] == nonce and job_of(id)
    if job and job.state == 'starting' and job.server == server then
      local news = {}
      end_as(news, job.fence, 'queued')
      hand_back(id, job, false, math.huge, '', '', news)
    end
  end
end

local function leave_all(...)
  local words = {...}
  for i = 1, #words, 2 do hand_back_given(words[i], words[i + 1]) end
  return 1
end

local answers = each(leave_all)
write()
wake()
tell()
return answers
