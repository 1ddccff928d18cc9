-- Needs: accounts, seats, orders
-- Counts anew what is counted of somebody, from what the counts are about. Scripts are atomic, so all should be right
-- already; but a count that is wrong for whatever reason would keep somebody out for ever.

local function amend(it, name, value)
  if it[name] ~= value then put(it, name, value) end
end

-- How many leases each has: users, tenants and people by their keys.
local leased = {}
for _, id in ipairs(redis.call('ZRANGE', key('leases'), 0, -1)) do
  local about = redis.call('HMGET', key('job', id), 't', 'u')
  if about[1] then
    local whole = about[1] .. '/' .. about[2]
    local person = string.match(about[1], '^[^/]*') .. '/' .. about[2]
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

local function waiting_of(user)
  local waiting = 0
  for requirement in pairs(user.waits) do waiting = waiting + recount_queue(user, requirement) end
  return waiting
end

local function backlog_of(user)
  local backlog = 0
  for requirement in pairs(user.waits) do
    for _, id in ipairs(redis.call('ZRANGE', queue_of(user, requirement), 0, -1)) do
      backlog = backlog + (redis.call('HGET', key('job', id), 'c') or 0)
    end
  end
  return backlog
end

-- A queue that the user's own hash does not know of is looked for only when the sum is wrong.
local function recount_user(user, most)
  local waiting = waiting_of(user)
  if waiting ~= user.waiting then
    for _, requirement in ipairs(redis.call('HKEYS', key('wanted'))) do
      if not user.waits[requirement] then waiting = waiting + recount_queue(user, requirement) end
    end
  end
  if waiting <= most or waiting ~= user.waiting then amend(user, 'backlog', backlog_of(user)) end
  amend(user, 'waiting', waiting)
  amend(user, 'leased', leased[user.at] or 0)
  put_part(user.person, '+', user.tenant.name, waiting)
  local waits = 0
  for _, many in pairs(user.person.waits) do waits = waits + many end
  amend(user.person, 'waiting', waits)
  amend(user.person, 'leased', leased[user.person.at] or 0)
  for requirement in pairs(user.waits) do
    local model = model_of(requirement)
    if model ~= '' and not redis.call('ZSCORE', key('rota', model), user.whole) then turn(model, user.whole) end
  end
end

-- A tenant's counts are the sums of its users'; one with more users than these is counted by what it leases alone.
local function recount_tenant(tenant, most)
  amend(tenant, 'leased', leased[tenant.at] or 0)
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

-- Puts one account into the lines where it sits, and out of all others.
local function line_anew(it, lanes)
  for lane in pairs(lanes) do
    local line = line_of(lane, it.tenant and it.tenant.name)
    if it.seats[lane] then
      redis.call('ZADD', line, it.tags[lane], it.name)
    else
      redis.call('ZREM', line, it.name)
    end
  end
end
