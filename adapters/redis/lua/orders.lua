-- Needs: accounts
-- What waits, and for whom: the queues of a user, one by requirement, and the rotas of models.

local models_of = {} -- requirements

local function model_of(requirement)
  local model = models_of[requirement]
  if not model then
    model = string.match(requirement, '^[^.]*')
    models_of[requirement] = model
  end
  return model
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
  local whose = turned[model] or {}
  whose[who], turned[model] = pool.turns, whose
end

local function count_active(user, was_active)
  local active = user.waiting + user.leased > 0
  if active ~= was_active then put(user.tenant, 'crowd', user.tenant.crowd + (active and 1 or -1) * user.weight) end
end

-- Counts what waits; the weights of the active users are the tenant's crowd.
local function count_waiting(user, job, change)
  local tenant, person, requirement = user.tenant, user.person, job.n or ''
  local backlog, was_active = change * (job.c or 0), user.waiting + user.leased > 0
  put(user, 'waiting', user.waiting + change)
  put(user, 'backlog', user.backlog + backlog)
  put(tenant, 'waiting', tenant.waiting + change)
  put(tenant, 'backlog', tenant.backlog + backlog)
  put(person, 'waiting', person.waiting + change)
  put(pool, 'waiting', pool.waiting + change)
  put_part(user, '+', requirement, (user.waits[requirement] or 0) + change)
  put_part(person, '+', tenant.name, user.waiting)
  wants[requirement] = (wants[requirement] or 0) + change
  count_active(user, was_active)
end

local function count_leased(user, change)
  local tenant, person, was_active = user.tenant, user.person, user.waiting + user.leased > 0
  put(user, 'leased', user.leased + change)
  put(tenant, 'leased', tenant.leased + change)
  put(person, 'leased', person.leased + change)
  count_active(user, was_active)
end

-- Who was at rest may be forgotten after a while; not any more. And whoever is active is looked after by tend.
local function rouse(user)
  if user.new_here or user.idle then redis.call('ZADD', key('active'), 0, user.whole) end
  for _, each in ipairs({user, user.tenant, user.person}) do
    if each.idle then
      put(each, 'idle', nil)
      redis.call('PERSIST', each.at)
    end
  end
end

local function line_up(user, id, job)
  local requirement = job.n or ''
  local model = model_of(requirement)
  if model ~= '' and not has_model(user, model) then turn(model, user.whole) end
  redis.call('ZADD', queue_of(user, requirement), job.p, id)
  count_waiting(user, job, 1)
  rouse(user)
end

local function step_out(user, id, job)
  local requirement = job.n or ''
  local model = model_of(requirement)
  redis.call('ZREM', queue_of(user, requirement), id)
  count_waiting(user, job, -1)
  if model == '' or has_model(user, model) then return end
  if turned[model] then turned[model][user.whole] = nil end
  redis.call('ZREM', key('rota', model), user.whole)
end
