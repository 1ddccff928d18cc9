-- Needs: seats, bills, orders, jobs, writing
-- Whose turn it is in a lane. Models that are loaded come below the choice of the user, within the slack.

-- Returns the first jobs of a user's queues that a lane serves.
local function heads(user, lane)
  local found = {}
  for requirement in pairs(user.waits) do
    if serving(requirement)[lane] then
      local first = redis.call('ZRANGE', queue_of(user, requirement), 0, 0, 'WITHSCORES')
      if first[1] then
        found[#found + 1] = {id = first[1], place = tonumber(first[2]), model = model_of(requirement),
          requirement = requirement}
      else
        put_part(user, '+', requirement, 0) -- counted wrong: tend counts anew
      end
    end
  end
  return found
end

local function least(jobs, warm)
  local first
  for _, each in ipairs(jobs) do
    if (not warm or warm[each.model]) and (not first or each.place < first.place) then first = each end
  end
  return first
end

-- Returns which of these jobs of a user is taken, and their first: that one waits only if it can bear it.
local function choose(user, lane, jobs, warm)
  local first, loaded = least(jobs), least(jobs, warm)
  if not loaded or loaded == first then return first, first end
  local cost = tonumber(redis.call('HGET', key('job', loaded.id), 'c') or 0)
  local passed = (user.passed[lane] or 0) + virtual(price(cost), user.weight)
  return passed <= SLACK and loaded or first, first
end

-- Returns whose turn it is: user, their first jobs, the tenant's tag and the user's. Who sits there in vain, because
-- lanes were laid anew since, is sent away first.
local function head(lane)
  for _ = 1, STALE do
    local tenant = redis.call('ZRANGE', line_of(lane), 0, 0, 'WITHSCORES')
    if not tenant[1] then return nil end
    local line = line_of(lane, tenant[1])
    local first = redis.call('ZRANGE', line, 0, 0, 'WITHSCORES')
    local user = first[1] and user_of(tenant[1], first[1])
    local jobs = user and heads(user, lane) or {}
    if jobs[1] then return user, jobs, tonumber(tenant[2]), tonumber(first[2]) end
    if user then
      seat_user(user)
      seat_tenant(user.tenant)
      mirror_moved()
      if not user.seats[lane] then redis.call('ZREM', line, user.name) end
    else
      redis.call('ZREM', line_of(lane), tenant[1])
    end
  end
end

local function first_tag(line)
  return tonumber(redis.call('ZRANGE', line, 0, 0, 'WITHSCORES')[2])
end

-- Whether somebody sits in a lane and is not too far ahead of those whose turn it is.
local function near(lane, turn_tag, tenant, name)
  local line = line_of(lane, tenant)
  local tenant_tag, tag = redis.call('ZSCORE', line_of(lane), tenant), redis.call('ZSCORE', line, name)
  return tenant_tag and tag and tonumber(tenant_tag) <= turn_tag + SLACK and tonumber(tag) <= first_tag(line) + SLACK
end

-- Looks for somebody else with a loaded model who is near; the clocks know nothing of it.
local function with_model(lane, turn_tag, whose_turn, models, warm)
  write_turns()
  for _, model in ipairs(models) do
    for _, whole in ipairs(redis.call('ZRANGE', key('rota', model), 0, CHECKS - 1)) do
      local tenant, name = halves_of(whole)
      turn(model, whole)
      if whole ~= whose_turn.whole and near(lane, turn_tag, tenant, name) then
        local user = user_of(tenant, name)
        local job, first = choose(user, lane, heads(user, lane), warm)
        if job and warm[job.model] then return user, job, first end
      end
    end
  end
end

local function advance(it, lane, tag)
  if tag > (it.clocks[lane] or 0) then
    it.clocks[lane] = tag
    it.new[':' .. lane] = tag
  end
end

-- Returns the next user of a lane, the job to be taken and the first of theirs there; moves the clocks.
local function next_of(lane, models, warm)
  local user, jobs, tenant_tag, tag = head(lane)
  if not user then return nil end
  advance(pool, lane, tenant_tag)
  local job, first = choose(user, lane, jobs, warm)
  if models[1] and not warm[job.model] then
    local other, loaded, their_first = with_model(lane, tenant_tag, user, models, warm)
    if other then
      if other.tenant ~= user.tenant then tag = first_tag(line_of(lane, other.tenant.name)) end
      user, job, first = other, loaded, their_first
    end
  end
  advance(user.tenant, lane, tag)
  return user, job, first
end
