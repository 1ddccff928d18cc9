-- Files that a job has: counted, so that the last one that forgets a file lets it be deleted.
local function refer(id, file)
  redis.call('HINCRBY', key('files'), file, 1)
  redis.call('SREM', key('unreferenced'), file)
  redis.call('RPUSH', key('references', id), file)
end
