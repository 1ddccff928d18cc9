-- Needs: accounts, seats, orders, writing
-- Counts anew what is counted: all should be right already, but a wrong count would keep somebody out for ever.

local function amend(it, name, value)
  if it[name] ~= value then put(it, name, value) end
end

-- How many leases each has: users, tenants and people by their keys.
local leased = {}
for _, id in ipairs(redis.call('ZRANGE', key('leases'), 0, -1)) do
  local about = redis.call('HMGET', key('job', id), 't', 'u')
  if about[1] and about[2] then
    local whole = about[1] .. '/' .. about[2]
    local person = who_is(about[1], about[2])
    for _, at in ipairs({key('user', whole), key('tenant', about[1]), key('person', person)}) do
      leased[at] = (leased[at] or 0) + 1
    end
  end
end

local function recount_queue(user, requirement)
  local many, counted = redis.call('ZCARD', queue_of(user, requirement)), user.waits[requirement] or 0
  if many ~= counted then
    put_part(user, '+', requirement, many)
    redis.call('HINCRBY', key('wanted'), requirement, many - counted)
    put(pool, 'waiting', pool.waiting + many - counted)
  end
  return many
end

-- Looks at the first jobs of a queue, and takes out of it who does not wait: whoever claims would come to them for ever.
-- Returns how many there were, how many of them wait, and their estimates.
local function look_into(queue, most)
  local ids, waiting, backlog = redis.call('ZRANGE', queue, 0, most - 1), 0, 0
  for _, id in ipairs(ids) do
    local kept = redis.call('HMGET', key('job', id), 't', 'state', 'c')
    if kept[1] and not kept[2] then
      waiting, backlog = waiting + 1, backlog + (kept[3] or 0)
    else
      redis.call('ZREM', queue, id)
    end
  end
  return #ids, waiting, backlog
end

-- Counts a user's queues anew. Returns how many jobs were looked at (of each queue the first, where there are more than
-- these), how many of them wait, and their estimates; and how many wait in all.
local function recount_queues(user, requirements, most)
  local looked, seen, backlog, waiting = 0, 0, 0, 0
  local each = user.waiting <= most and most or math.max(1, math.floor(most / #requirements))
  for _, requirement in ipairs(requirements) do
    local many, some, gpu = look_into(queue_of(user, requirement), each)
    looked, seen, backlog = looked + many, seen + some, backlog + gpu
    waiting = waiting + recount_queue(user, requirement)
  end
  return looked, seen, backlog, waiting
end

-- A queue that the user's own hash does not know of is looked for only when the sum is wrong. The estimates of more jobs
-- than are looked at are told from those, and only then, too.
local function recount_waiting(user, most)
  local known, unknown = {}, {}
  for requirement in pairs(user.waits) do known[#known + 1] = requirement end
  local looked, seen, backlog, waiting = recount_queues(user, known, most)
  if waiting ~= user.waiting then
    for _, requirement in ipairs(redis.call('HKEYS', key('wanted'))) do
      if not user.waits[requirement] then unknown[#unknown + 1] = requirement end
    end
    local many, some, gpu, more = recount_queues(user, unknown, most)
    looked, seen, backlog, waiting = looked + #unknown + many, seen + some, backlog + gpu, waiting + more
  end
  if seen == waiting then
    amend(user, 'backlog', backlog)
  elseif waiting ~= user.waiting and seen > 0 then
    amend(user, 'backlog', math.floor(backlog * waiting / seen))
  end
  amend(user, 'waiting', waiting)
  return looked
end

-- Returns how many jobs were looked at.
local function recount_user(user, most)
  local looked = recount_waiting(user, most)
  amend(user, 'leased', leased[user.at] or 0)
  put_part(user.person, '+', user.tenant.name, user.waiting)
  local waits = 0
  for _, many in pairs(user.person.waits) do waits = waits + many end
  amend(user.person, 'waiting', waits)
  amend(user.person, 'leased', leased[user.person.at] or 0)
  for requirement in pairs(user.waits) do
    local model = model_of(requirement)
    write_turns()
    if model ~= '' and not redis.call('ZSCORE', key('rota', model), user.whole) then turn(model, user.whole) end
  end
  return looked
end

-- A tenant's counts are the sums of its users', of no more than so many.
local function recount_tenant(tenant, most)
  local members = redis.call('ZRANGEBYLEX', key('active'), '[' .. tenant.name .. '/', '(' .. tenant.name .. '0', 'LIMIT', 0,
    most + 1)
  if #members > most then return end
  local waiting, backlog, crowd = 0, 0, 0
  for _, whole in ipairs(members) do
    local user = records[whole]
    if not user then
      local kept = redis.call('HMGET', key('user', whole), 'waiting', 'leased', 'backlog', 'weight')
      user = {waiting = tonumber(kept[1] or 0), leased = tonumber(kept[2] or 0), backlog = tonumber(kept[3] or 0),
        weight = tonumber(kept[4] or ONE)}
    end
    waiting, backlog = waiting + user.waiting, backlog + user.backlog
    if user.waiting + user.leased > 0 then crowd = crowd + user.weight end
  end
  amend(tenant, 'waiting', waiting)
  amend(tenant, 'backlog', backlog)
  amend(tenant, 'crowd', crowd)
end

local function waits_of(whole)
  if records[whole] then return records[whole].waits end
  local flat, waits = redis.call('HGETALL', key('user', whole)), {}
  for i = 1, #flat, 2 do
    if string.byte(flat[i]) == 43 then waits[string.sub(flat[i], 2)] = tonumber(flat[i + 1]) end
  end
  return waits
end

-- What waits in all: the sum of what waits for everybody who is active, of no more than so many.
local function recount_pool(most)
  if redis.call('ZCARD', key('active')) > most then return end
  local wanted, waiting = {}, 0
  for _, requirement in ipairs(redis.call('HKEYS', key('wanted'))) do wanted[requirement] = 0 end
  for _, whole in ipairs(redis.call('ZRANGE', key('active'), 0, -1)) do
    for requirement, many in pairs(waits_of(whole)) do
      wanted[requirement], waiting = (wanted[requirement] or 0) + many, waiting + many
    end
  end
  amend(pool, 'waiting', waiting)
  for requirement, many in pairs(wanted) do redis.call('HSET', key('wanted'), requirement, many) end
end
