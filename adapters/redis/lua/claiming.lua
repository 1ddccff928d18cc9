-- Needs: leases, accounts, seats, bills, orders, choice, writing
-- Taking the job whose turn it is: whoever claims, and whoever adds a job for which somebody waits.

-- A job that is about to end counts for no cap. Nothing of it is written: it is counted again in the end.
local function excuse(ending, change)
  local was_open = open(ending.person)
  for _, account in ipairs({ending.tenant, ending, ending.person}) do
    account.leased = account.leased + change
    if account.new.leased then account.new.leased = account.leased end
  end
  seat(ending, was_open)
end

-- What is at its default is not written.
local function unless_one(value)
  return value ~= ONE and value
end

local granted = {} -- the ends of leases that are not written yet

local function take(lane, user, taken, first, server, nonce, term, speed)
  local id, expires, was_open = taken.id, now() + term, open(user.person)
  local job = job_of(id)
  if not job then -- half there: tend counts anew
    redis.call('ZREM', queue_of(user, taken.requirement), id)
    return nil
  end
  local cost = price(tonumber(job.c or 0))
  -- What goes before their first job is counted until that one is taken.
  put_part(user, '!', lane, taken ~= first and (user.passed[lane] or 0) + virtual(cost, user.weight) or 0)
  step_out(user, id, job)
  count_leased(user, 1)
  local news = {state = 'starting', server = server, fence = (job.fence or 0) + 1, attempt = (job.attempt or 0) + 1,
    paid = cost, weight = unless_one(user.weight), tenant_weight = unless_one(weight_of(user.tenant)),
    speed = unless_one(speed)}
  job.paid, job.weight, job.tenant_weight = 0, news.weight, news.tenant_weight
  correct(user, job, cost)
  seat(user, was_open)
  granted[id] = expires
  in_the_end('ZADD', key('leases'), expires, id)
  redis.call('HSET', key('held', server), id, nonce)
  change(id, job, news)
  return expires, snapshot(id, job)
end

-- Answers as claim.lua tells.
local function claim(server, nonce, term, speed, leaving, fence, ...)
  local lane = pool.version and redis.call('HGET', key('lane_of'), server) or ANY_LANE
  -- The server's jobs, each with the nonce that it was claimed by.
  local mine, again, others = redis.call('HGETALL', key('held', server)), nil, {}
  for i = 1, #mine, 2 do
    if mine[i + 1] == nonce then again = mine[i] elseif mine[i] ~= leaving then others[#others + 1] = mine[i] end
  end
  local known = again and job_of(again)
  if known and known.server == server then
    local expires = granted[again] or tonumber(redis.call('ZSCORE', key('leases'), again) or '')
    if not expires then -- lost: see leases.lua
      expires = now() + term
      granted[again] = expires
      in_the_end('ZADD', key('leases'), expires, again)
    end
    return {lane, expires, snapshot(again, known), others}
  end
  local job = leaving ~= '' and held(leaving, fence)
  local ending, called = job and user_of(job.t, job.u), woken
  if ending then
    woken = {} -- by a seat that is theirs for this one claim nobody is
    excuse(ending, -1)
  end
  mirror_moved()
  woken = called
  local models, warm = {...}, {}
  for _, model in ipairs(models) do warm[model] = true end
  local user, taken, first = next_of(lane, models, warm)
  local answer = {lane}
  if user then
    local expires, found = take(lane, user, taken, first, server, nonce, tonumber(term), tonumber(speed))
    if expires then answer = {lane, expires, found, others} end
  end
  if ending then excuse(ending, 1) end
  return answer
end
