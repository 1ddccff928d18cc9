-- Needs: accounts
-- Claims that wait. Who found nothing may stand parked in the lane for a while, with all that the claim says: whoever adds
-- a job makes that claim at once, and tells the process that waits. Who leaves without a word stands there until their
-- patience ends; what they are given meanwhile is theirs by its lease, and comes back with that at the latest.
local MOST_BYTES = 2048 -- of one claim: ten times what a worker says; a longer one is woken as if it were not parked
local somebody_is_parked = redis.call('EXISTS', key('parked')) == 1

-- Where they stand in a lane, and there with a model: the fastest first, of equals whose patience ends first.
local function bay_of(lane, model)
  if model then return TAG .. ':bay:' .. lane .. ':' .. model end
  return key('bay', lane)
end

-- A parked claim is {lane, place in its bays, process, then as claim() takes them: server, nonce, lease, speed, job and
-- fence of the lease that is about to end, models …}
local function for_bays(parked, command, ...)
  redis.call(command, bay_of(parked[1]), ...)
  for i = 10, #parked do redis.call(command, bay_of(parked[1], parked[i]), ...) end
end

local function unpark(server, nonce)
  local who = server .. '/' .. nonce
  local packed = somebody_is_parked and redis.call('HGET', key('parked'), who)
  if not packed then return end
  local parked = cmsgpack.unpack(packed)
  redis.call('HDEL', key('parked'), who)
  redis.call('ZREM', key('patience'), who)
  for_bays(parked, 'ZREM', parked[2])
end

-- Sends away whose patience has ended.
local function send_away()
  for _, who in ipairs(redis.call('ZRANGEBYSCORE', key('patience'), 0, now())) do
    unpark(string.match(who, '^(.*)/(.*)$'))
  end
end

local function park(lane, patience, process, server, nonce, ...)
  send_away()
  local till, who = string.format('%013.0f', now() + patience), server .. '/' .. nonce
  local parked = {lane, till .. '/' .. who, process, server, nonce, ...}
  local packed = cmsgpack.pack(parked)
  if #packed > MOST_BYTES then return end
  redis.call('HSET', key('parked'), who, packed)
  redis.call('ZADD', key('patience'), till, who)
  for_bays(parked, 'ZADD', -parked[7], parked[2])
  somebody_is_parked = true
end

-- Returns who stands first in a bay.
local function first_in(bay)
  local place = redis.call('ZRANGE', bay, 0, 0)[1]
  local packed = place and redis.call('HGET', key('parked'), string.match(place, '/(.*)$'))
  if packed then return cmsgpack.unpack(packed) end
  if place then redis.call('ZREM', bay, place) end -- half there
end

-- Returns who of those that are parked in some lanes, or there with a model, is the fastest.
local function fastest_in(lanes, model)
  local best
  for lane in pairs(lanes) do
    local parked = first_in(bay_of(lane, model))
    if parked and (not best or tonumber(parked[7]) > tonumber(best[7])) then best = parked end
  end
  return best
end

-- Takes out who suits a model best: who has it loaded, else the fastest. A process that was killed hears nothing.
local function next_parked(lanes, model)
  local listening, parked = 'NUMSUB'
  repeat
    parked = model ~= '' and fastest_in(lanes, model) or fastest_in(lanes)
    if not parked then return nil end
    unpark(parked[4], parked[5])
  until redis.call('PUBSUB', listening, key('given', parked[3]))[2] > 0
  return parked
end

-- An answer as Redis writes answers, for it goes as a message.
local function spoken(answer, said)
  said = said or {}
  if type(answer) == 'table' then
    said[#said + 1] = '*' .. #answer
    for _, each in ipairs(answer) do spoken(each, said) end
  elseif type(answer) == 'number' then
    said[#said + 1] = string.format(':%.0f', answer)
  elseif answer then
    said[#said + 1] = '$' .. #answer
    said[#said + 1] = answer
  else
    said[#said + 1] = '$-1'
  end
  return said
end
