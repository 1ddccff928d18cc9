-- What several scripts share: a job's moves, each with everything that has to move along.

-- Every durable change: a new revision, a mark on the board, a hint.
local function changed(id)
  local job = key('job', id)
  redis.call('HINCRBY', job, 'revision', 1)
  local about = redis.call('HMGET', job, 'platform', 'order')
  redis.call('ZADD', key('board', about[1]), about[2], id)
  redis.call('PUBLISH', key('changed', about[1]), id)
end

local function snapshot(id)
  return {redis.call('HGETALL', key('job', id)), redis.call('GET', key('payload', id)),
    redis.call('GET', key('result', id)), id}
end

local function line_up(id)
  local about = redis.call('HMGET', key('job', id), 'order', 'digest')
  redis.call('ZADD', key('waiting'), about[1], id)
  redis.call('ZADD', key('waiting', about[2]), about[1], id)
  redis.call('PUBLISH', key('wake'), id)
end

local function step_out(id)
  redis.call('ZREM', key('waiting'), id)
  redis.call('ZREM', key('waiting', redis.call('HGET', key('job', id), 'digest')), id)
end

-- The fence makes sure that whoever lost a job changes nothing any more.
local function holds(id, fence)
  return redis.call('ZSCORE', key('leases'), id) and redis.call('HGET', key('job', id), 'fence') == fence
end

-- How a lease ended, for whoever asks again after a lost answer; the last eight leases of a job are remembered.
local function ended_as(id, fence)
  return redis.call('HGET', key('job', id), 'end:' .. fence)
end

local function end_as(id, fence, state)
  redis.call('HSET', key('job', id), 'end:' .. fence, state)
  redis.call('HDEL', key('job', id), 'end:' .. string.format('%.0f', tonumber(fence) - 8))
end

local function let_go(id)
  local server = redis.call('HGET', key('job', id), 'server')
  redis.call('ZREM', key('leases'), id)
  if server then redis.call('SREM', key('held', server), id) end
end

local function given_back(settlement, amount, used, everything)
  if everything or settlement == 'RELEASED' then return amount end
  if settlement == 'TO_FACT' then return amount - used end
  return 0
end

-- A counter whose window has passed since the charge has forgotten it: nothing is given back then.
local function release(id, used, everything)
  local charges = redis.call('LRANGE', key('charges', id), 0, -1)
  for i = 1, #charges, 5 do
    local counter = key('counter', charges[i])
    local kept = redis.call('HMGET', counter, 'count', 'since')
    if kept[2] == charges[i + 4] then
      local count = tonumber(kept[1])
      local back = given_back(charges[i + 3], tonumber(charges[i + 1]), used, everything)
      local ceiling = math.max(count, tonumber(charges[i + 2]))
      local left = math.max(0, math.min(count - back, ceiling))
      if left == 0 and redis.call('PTTL', counter) == -1 then
        redis.call('DEL', counter)
      else
        redis.call('HSET', counter, 'count', left)
      end
    end
  end
  redis.call('DEL', key('charges', id))
end

local function finish(id, state, used, everything)
  local at, job = now(), key('job', id)
  step_out(id)
  let_go(id)
  redis.call('HSET', job, 'state', state, 'ended', at, 'gpu', used)
  redis.call('ZADD', key('ended'), at, id)
  release(id, used, everything)
  changed(id)
end

local function refer(id, file)
  redis.call('HINCRBY', key('files'), file, 1)
  redis.call('SREM', key('unreferenced'), file)
  redis.call('RPUSH', key('references', id), file)
end

-- Back to the old place; the last attempt that counts is the end, and so is a cancel that nobody confirmed.
local function hand_back(id, costs, attempts, lost_code, lost_result)
  local job = key('job', id)
  local about = redis.call('HMGET', job, 'state', 'cancel', 'spent', 'gpu')
  local spent = tonumber(about[3]) + (costs and 1 or 0)
  redis.call('HSET', job, 'spent', spent)
  if about[2] == '1' then return finish(id, 'cancelled', costs and 0 or tonumber(about[4] or 0), false) end
  if spent >= attempts then
    redis.call('HSET', job, 'code', lost_code)
    redis.call('SET', key('result', id), lost_result)
    return finish(id, 'failed', 0, true)
  end
  -- The number of a run that was never recorded is free again.
  if about[1] == 'starting' and not costs then redis.call('HINCRBY', job, 'attempt', -1) end
  let_go(id)
  redis.call('HSET', job, 'state', 'queued')
  redis.call('HDEL', job, 'server', 'run', 'client', 'started', 'gpu')
  line_up(id)
  changed(id)
end

-- A settled job, with everything that only it had; files that nobody else refers to are noted, to be deleted.
local function forget(id)
  local job = key('job', id)
  local about = redis.call('HMGET', job, 'digest', 'platform', 'bytes', 'whose')
  for _, file in ipairs(redis.call('LRANGE', key('references', id), 0, -1)) do
    if redis.call('HINCRBY', key('files'), file, -1) <= 0 then
      redis.call('HDEL', key('files'), file)
      redis.call('SADD', key('unreferenced'), file)
    end
  end
  if redis.call('HINCRBY', key('users'), about[1], -1) <= 0 then redis.call('HDEL', key('users'), about[1]) end
  redis.call('HINCRBY', key('pool'), 'bytes', -tonumber(about[3]))
  redis.call('ZREM', key('ended'), id)
  redis.call('ZREM', key('board', about[2]), id)
  redis.call('ZREM', key('of', about[4]), id)
  for _, name in ipairs({'job', 'payload', 'result', 'charges', 'references', 'notice', 'live', 'preview'}) do
    redis.call('DEL', key(name, id))
  end
end
