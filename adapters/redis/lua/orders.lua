-- Needs: accounts
-- What waits, and for whom: the queues of a user, one by requirement, and the rotas of models.

local function model_of(requirement)
  return string.match(requirement, '^[^.]*')
end

local function queue_of(user, requirement)
  return TAG .. ':queue:' .. user.whole .. ':' .. requirement
end

local function has_model(user, model)
  for requirement in pairs(user.waits) do
    if model_of(requirement) == model then return true end
  end
  return false
end

-- Whoever was looked at is looked at last the next time.
local function turn(model, who)
  put(pool, 'turns', pool.turns + 1)
  redis.call('ZADD', key('rota', model), pool.turns, who)
end

-- Counts what waits and what is leased; the weights of the active users are the tenant's crowd.
local function count(user, job, waiting, leased)
  local tenant, person, backlog = user.tenant, user.person, waiting * tonumber(job.cost or 0)
  local was_active = user.waiting + user.leased > 0
  for _, each in ipairs({tenant, user, person}) do
    if waiting ~= 0 then put(each, 'waiting', each.waiting + waiting) end
    if leased ~= 0 then put(each, 'leased', each.leased + leased) end
    if backlog ~= 0 and each ~= person then put(each, 'backlog', each.backlog + backlog) end
  end
  if waiting ~= 0 then
    local requirement = job.need or ''
    put_part(user, '+', requirement, (user.waits[requirement] or 0) + waiting)
    put_part(person, '+', tenant.name, user.waiting)
    put(pool, 'waiting', pool.waiting + waiting)
    redis.call('HINCRBY', key('wanted'), requirement, waiting)
  end
  local active = user.waiting + user.leased > 0
  if active ~= was_active then put(tenant, 'crowd', tenant.crowd + (active and 1 or -1) * user.weight) end
end

-- Who was at rest may be forgotten after a while; not any more. And whoever is active is looked after by tend.
local function rouse(user)
  for _, each in ipairs({user, user.tenant, user.person}) do
    if each.idle then
      put(each, 'idle', nil)
      redis.call('PERSIST', each.at)
    end
  end
  if not user.listed then
    put(user, 'listed', 1)
    redis.call('ZADD', key('active'), 0, user.whole)
  end
end

local function line_up(user, id, job)
  local requirement = job.need or ''
  local model = model_of(requirement)
  if model ~= '' and not has_model(user, model) then turn(model, user.whole) end
  redis.call('ZADD', queue_of(user, requirement), job.place, id)
  count(user, job, 1, 0)
  rouse(user)
end

-- Returns the model of the job if the user has more of it.
local function step_out(user, id, job)
  local requirement = job.need or ''
  local model = model_of(requirement)
  redis.call('ZREM', queue_of(user, requirement), id)
  count(user, job, -1, 0)
  if model == '' then return false end
  if has_model(user, model) then return model end
  redis.call('ZREM', key('rota', model), user.whole)
  return false
end
