-- Needs: calls, claiming, parking, writing
-- Takes the job whose turn it is in a server's lane; a nonce that a server used gets its first answer while that lease
-- lives. Who finds none may be parked, unless they hold a job that is about to end: see enqueue.lua.
-- Answers the lane, and if there is a job: the end of the lease, the job, the others that the server holds.
-- KEYS: the pool
-- ARGV: for each call: patience in ms, process, server, nonce, lease in ms, speed, job and fence of the lease that is
--       about to end ('' for none), loaded models …
-- Complexity: O(log n) for n waiting users, and the number of the user's requirements and of loaded models, for each
local function claim_or_park(patience, process, server, nonce, lease, speed, leaving, fence, ...)
  leave(server .. '/' .. nonce)
  local answer = claim(server, nonce, lease, speed, leaving, fence, ...)
  if not answer[2] and leaving == '' and tonumber(patience) > 0 then
    park(answer[1], tonumber(patience), process, server, nonce, lease, speed, ...)
  end
  return answer
end

local answers = each(claim_or_park)
write()
wake()
tell()
return answers
