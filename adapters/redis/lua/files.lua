-- Files that a job has: counted, so that the last one that forgets a file lets it be deleted.
local function refer(id, file)
  redis.call('HINCRBY', key('files'), file, 1)
  redis.call('SREM', key('unreferenced'), file)
  redis.call('RPUSH', key('references', id), file)
end

-- One reference less; a file that nobody refers to any more is noted, to be deleted.
local function let_go_of(file)
  if redis.call('HINCRBY', key('files'), file, -1) <= 0 then
    redis.call('HDEL', key('files'), file)
    redis.call('SADD', key('unreferenced'), file)
  end
end
