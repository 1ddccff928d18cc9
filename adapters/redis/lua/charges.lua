-- Charges against counters: what is left of them when a job ends.

local function given_back(settlement, amount, used, everything)
  if everything or settlement == 'RELEASED' then return amount end
  if settlement == 'TO_FACT' then return amount - used end
  return 0
end

-- A counter whose window has passed since the charge has forgotten it: nothing is given back then.
local function settle_charges(id, used, everything)
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
