-- Needs: accounts
-- Claims that wait. Who found nothing may stand parked in the lane for a while, with all that the claim says: whoever adds
-- a job makes that claim at once, and tells the process that waits. Who leaves without a word stands there until their
-- patience ends; what they are given meanwhile is theirs by its lease, and comes back with that at the latest.
-- A parked claim is {lane, process, server, nonce, lease, speed, models …}; packed, the end of its patience stands before
-- it. Who claims while they hold another job does not wait.
local somebody_is_parked = redis.call('EXISTS', key('parked')) == 1

local MOST_BYTES = 2048 -- of a packed one: ten times what a worker says; a longer one is woken as if it were not parked
local FIRST_MODEL = 7
local LONGEST_PATIENCE = 3600 * 1000

-- Where they stand in a lane, and there with a model: the fastest first, of equals whose patience ends first.
local function bay_of(lane, model)
  if model then return TAG .. ':bay:' .. lane .. ':' .. model end
  return TAG .. ':bay:' .. lane
end

local function till_of(packed)
  return string.match(packed, '^%d+')
end

local function unpacked(packed)
  return cmsgpack.unpack(string.sub(packed, #till_of(packed) + 1))
end

local function unpark(packed, parked)
  local who, lane = parked[3] .. '/' .. parked[4], parked[1]
  redis.call('HDEL', key('parked'), who)
  redis.call('ZREM', key('patience'), who)
  redis.call('ZREM', bay_of(lane), packed)
  for i = FIRST_MODEL, #parked do redis.call('ZREM', bay_of(lane, parked[i]), packed) end
end

local function leave(who)
  local packed = somebody_is_parked and redis.call('HGET', key('parked'), who)
  if packed then unpark(packed, unpacked(packed)) end
end

local function park(lane, patience, process, server, nonce, ...)
  -- Whose patience has ended goes, if nobody has met them yet.
  for _, gone in ipairs(redis.call('ZRANGEBYSCORE', key('patience'), 0, now())) do leave(gone) end
  local who, parked = server .. '/' .. nonce, {lane, process, server, nonce, ...}
  local till = now() + math.min(patience, LONGEST_PATIENCE)
  local packed = string.format('%013.0f', till) .. cmsgpack.pack(parked) -- in the order of the times
  if #packed > MOST_BYTES then return end
  redis.call('HSET', key('parked'), who, packed)
  redis.call('ZADD', key('patience'), till, who)
  redis.call('ZADD', bay_of(lane), -parked[6], packed)
  for i = FIRST_MODEL, #parked do redis.call('ZADD', bay_of(lane, parked[i]), -parked[6], packed) end
  somebody_is_parked = true
end

-- Returns who of those that are parked in some lanes, or there with a model, is the fastest, of equals as in one lane.
local function fastest_in(lanes, model)
  local best, speed
  for lane in pairs(lanes) do
    local first = redis.call('ZRANGE', bay_of(lane, model), 0, 0, 'WITHSCORES')
    local faster = first[1] and (not best or -first[2] > speed)
    local before = best and first[1] and -first[2] == speed and tonumber(till_of(first[1])) < tonumber(till_of(best))
    if faster or before then best, speed = first[1], -first[2] end
  end
  return best
end

-- Takes out who suits a model best: who has it loaded, else the fastest. A process that was killed hears nothing.
local function next_parked(lanes, model)
  local listening = 'NUMSUB'
  while true do
    local packed = model ~= '' and fastest_in(lanes, model) or fastest_in(lanes)
    if not packed then return nil end
    local parked = unpacked(packed)
    unpark(packed, parked)
    local channel = key('given', parked[2])
    if tonumber(till_of(packed)) > now() and redis.call('PUBSUB', listening, channel)[2] > 0 then
      return parked, channel
    end
  end
end

-- An answer as Redis writes answers, for it goes as a message: the whole words of a list, or of one in it.
local function spoken(answer, said)
  local many = #said
  said[many + 1] = '*' .. #answer
  for i = 1, #answer do
    local each = answer[i]
    local kind = type(each)
    many = #said
    if kind == 'string' then
      said[many + 1], said[many + 2] = '$' .. #each, each
    elseif kind == 'number' then
      said[many + 1] = string.format(':%.0f', each)
    elseif kind == 'table' then
      spoken(each, said)
    else
      said[many + 1] = '$-1'
    end
  end
  return said
end
