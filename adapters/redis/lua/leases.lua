-- Needs: jobs
-- Leases: the sorted set tells when each ends, the job itself whose it is. Where an entry of the set was lost, whoever
-- holds the job writes it again by renewing, or by claiming with the same nonce, and may end the job.

-- Returns a held job. The fence makes sure that whoever lost it changes nothing any more.
local function held(id, fence)
  local job = job_of(id)
  return job and job.fence == fence and (job.state == 'running' or job.state == 'starting') and job
end

-- How a lease ended, for whoever asks again after a lost answer; the last eight leases of a job are remembered.
local function ended_as(id, fence)
  return redis.call('HGET', key('job', id), 'end' .. fence)
end

local function end_as(news, fence, state)
  news['end' .. fence] = state
  news['end' .. string.format('%.0f', fence - 8)] = false
end
