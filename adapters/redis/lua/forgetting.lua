-- Needs: jobs, files
-- A settled job, with everything that only it had; files that nobody else refers to are noted, to be deleted. Of one that
-- is only half there goes what there is: whoever forgets the oldest comes to it first, every time.
local function forget(id)
  local job = job_of(id)
  for _, file in ipairs(redis.call('LRANGE', key('references', id), 0, -1)) do let_go_of(file) end
  -- Only asked for here, so it stands in the job's own text and nowhere else.
  local payload = redis.call('GET', key('payload', id))
  local digest = payload and cjson.decode(payload).digest
  if digest and redis.call('HINCRBY', key('uses'), digest, -1) <= 0 then redis.call('HDEL', key('uses'), digest) end
  redis.call('ZREM', key('ended'), id)
  redis.call('ZREM', key('evidence'), id)
  if job then
    if job.bytes then redis.call('HINCRBY', key('pool'), 'bytes', -tonumber(job.bytes)) end
    take_off_board(platform_of(job), number_of(job), id)
    redis.call('ZREM', key('of', job.t .. '/' .. job.u), id)
    if job.review then
      redis.call('ZREM', key('review'), id)
      redis.call('ZREM', key('review', job.t), id)
    end
  end
  for _, name in ipairs({'job', 'payload', 'result', 'charges', 'references', 'notice', 'live', 'preview'}) do
    redis.call('DEL', key(name, id))
  end
end
