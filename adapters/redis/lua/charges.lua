-- Charges against counters. What a counter counts stands in spans, each under the time of its end, `0` for none: what was
-- charged, and with an `h` before it what of that is held for jobs that have not ended.

-- The spans that still count and what is held of them, by their ends; those, the first first; the sum; and the fields of
-- those that have ended.
local function spans_of(counter)
  local flat, spans, held, ends, count, gone = redis.call('HGETALL', counter), {}, {}, {}, 0, {}
  for i = 1, #flat, 2 do
    local each = tonumber(string.match(flat[i], '%d+'))
    if each ~= 0 and each <= now() then
      gone[#gone + 1] = flat[i]
    elseif string.sub(flat[i], 1, 1) == 'h' then
      held[each] = tonumber(flat[i + 1])
    else
      spans[each], ends[#ends + 1], count = tonumber(flat[i + 1]), each, count + flat[i + 1]
    end
  end
  table.sort(ends)
  return {spans = spans, held = held, ends = ends, count = count, gone = gone, at = counter}
end

-- When so much of a counter has come back, from now on; nil: no time brings it back.
local function wait_of(counter, much)
  for _, each in ipairs(counter.ends) do
    if each ~= 0 then much = much - counter.spans[each] end
    if much <= 0 then return each - now() end
  end
end

-- Adds an amount to the span that takes any now, or to a new one; returns its end.
local function charge(counter, amount, lasts, closed)
  local ends = lasts and counter.ends[#counter.ends] or 0
  if lasts and now() >= ends - closed then
    ends = now() + lasts
    counter.ends[#counter.ends + 1] = ends
  end
  local named = string.format('%.0f', ends)
  if counter.gone[1] then redis.call('HDEL', counter.at, unpack(counter.gone)) end
  counter.gone = {}
  redis.call('HINCRBY', counter.at, named, amount)
  redis.call('HINCRBY', counter.at, 'h' .. named, amount)
  -- By the server's real clock, and no sooner than a window after it has ended: what counts, the spans say.
  if lasts then redis.call('PEXPIRE', counter.at, ends - now() + lasts) end
  return named
end

local function given_back(settlement, amount, used, everything)
  if everything or settlement == 'RELEASED' or settlement == 'KEPT' and used < FREE then return amount end
  if settlement == 'TO_FACT' then return amount - used end
  return 0
end

-- What is left of a job's charges when it ends. A span that has ended has forgotten them: nothing is given back then.
-- What was used beyond a charge is counted in full, also beyond the ceiling: it is a fact, and others may fill it now.
local function settle_charges(id, used, everything)
  local charges = redis.call('LRANGE', key('charges', id), 0, -1)
  for i = 1, #charges, 5 do
    local name, amount, _, settlement, ends = unpack(charges, i, i + 4)
    local counter = spans_of(key('counter', name))
    local count = counter.spans[tonumber(ends)]
    if count then
      local back = given_back(settlement, tonumber(amount), used, everything)
      local left = math.max(0, count - back)
      local held = math.max(0, (counter.held[tonumber(ends)] or 0) - amount)
      if left + held == 0 then
        redis.call('HDEL', counter.at, ends, 'h' .. ends)
      else
        redis.call('HSET', counter.at, ends, left, 'h' .. ends, held)
      end
    end
  end
  redis.call('DEL', key('charges', id))
end
