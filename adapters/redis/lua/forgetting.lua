-- Needs: jobs
-- A settled job, with everything that only it had; files that nobody else refers to are noted, to be deleted.
local function forget(id)
  local job = job_of(id)
  for _, file in ipairs(redis.call('LRANGE', key('references', id), 0, -1)) do
    if redis.call('HINCRBY', key('files'), file, -1) <= 0 then
      redis.call('HDEL', key('files'), file)
      redis.call('SADD', key('unreferenced'), file)
    end
  end
  -- Only asked for here, so it stands in the job's own text and nowhere else.
  local digest = cjson.decode(redis.call('GET', key('payload', id))).digest
  if redis.call('HINCRBY', key('uses'), digest, -1) <= 0 then redis.call('HDEL', key('uses'), digest) end
  if job.bytes then redis.call('HINCRBY', key('pool'), 'bytes', -tonumber(job.bytes)) end
  redis.call('ZREM', key('ended'), id)
  take_off_board(platform_of(job), number_of(job), id)
  redis.call('ZREM', key('of', job.t .. '/' .. job.u), id)
  for _, name in ipairs({'job', 'payload', 'result', 'charges', 'references', 'notice', 'live', 'preview'}) do
    redis.call('DEL', key(name, id))
  end
end
