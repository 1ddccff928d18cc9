-- Needs: leases, accounts, seats, bills, orders, choice
-- Takes the job whose turn it is in a server's lane; a nonce that was used gets its first answer while that lease lives.
-- Answers the lane, and if there is a job: the end of the lease, the job, whether the server holds others ('1').
-- KEYS: the pool
-- ARGV: server, nonce, lease in ms, memory of a nonce in ms, speed, job and fence of the lease that is about to end
--       ('' for none), loaded models …
-- Complexity: O(log n) for n waiting users, and the number of the user's requirements and of loaded models
local server, nonce, term, speed = ARGV[1], key('nonce', ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[5])
local lane = pool.version and redis.call('HGET', key('lane_of'), server) or ANY_LANE

local function answer(id, job, expires)
  local others = ''
  for _, each in ipairs(redis.call('SMEMBERS', key('held', job.server))) do
    if each ~= id and each ~= ARGV[6] then others = '1' end
  end
  return {lane, expires, snapshot(id, job), others}
end

local before = redis.call('GET', nonce)
if before then
  local id, fence = string.match(before, '^(.*):(%d+)$')
  local job = held(id, fence)
  if job then return answer(id, job, tonumber(redis.call('ZSCORE', key('leases'), id))) end
end

-- A job that is about to end counts for no cap. Nothing of it is written: it is counted again below.
local leaving = ARGV[6] ~= '' and held(ARGV[6], ARGV[7])
local ending = leaving and user_of(leaving.t, leaving.u)
local function excuse(change)
  if not ending then return end
  local was_open = open(ending.person)
  for _, each in ipairs({ending.tenant, ending, ending.person}) do
    each.leased = each.leased + change
    if each.new.leased then each.new.leased = each.leased end
  end
  seat(ending, was_open)
end
excuse(-1)
if ending then
  write() -- the lines are read next
  woken = {}
end

local models, warm = {}, {}
for i = 8, #ARGV do models[#models + 1], warm[ARGV[i]] = ARGV[i], true end
-- What is at its default is not written.
local function unless_one(value)
  return value ~= ONE and value
end

local user, taken, first = next_of(lane, models, warm)
local found = {lane}
if user then
  local id = taken.id
  local job, expires, was_open = job_of(id), now() + term, open(user.person)
  local cost = price(tonumber(job.c or 0))
  -- What goes before their first job is counted until that one is taken.
  put_part(user, '!', lane, taken ~= first and (user.passed[lane] or 0) + virtual(cost, user.weight) or 0)
  local model = step_out(user, id, job)
  if model then turn(model, user.whole) end
  count_leased(user, 1)
  local news = {state = 'starting', server = server, fence = (job.fence or 0) + 1, attempt = (job.attempt or 0) + 1,
    paid = cost, weight = unless_one(user.weight), tenant_weight = unless_one(weight_of(user.tenant)),
    speed = unless_one(speed)}
  job.paid, job.weight, job.tenant_weight = 0, news.weight, news.tenant_weight
  correct(user, job, cost)
  seat(user, was_open)
  redis.call('ZADD', key('leases'), expires, id)
  redis.call('SET', nonce, id .. ':' .. news.fence, 'PX', ARGV[4])
  redis.call('SADD', key('held', server), id)
  change(id, job, news)
  found = answer(id, job, expires)
end
excuse(1)
write()
wake()
return found
