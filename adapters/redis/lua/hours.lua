-- GPU time by person and hour, added up where a job ends, once: a hash for each tenant and hour.

-- Only the first of somebody in an hour writes more than their field.
local function note_used(job, gpu)
  local hour = string.format('%.0f', now() - now() % HOUR)
  local at = key('used', job.t .. ':' .. hour)
  if redis.call('HINCRBY', at, job.u, gpu) == gpu then
    redis.call('PEXPIRE', at, HOURS_KEPT)
    redis.call('ZADD', key('used'), hour, job.t .. ':' .. hour)
    redis.call('ZREMRANGEBYSCORE', key('used'), '-inf', now() - HOURS_KEPT)
  end
end
