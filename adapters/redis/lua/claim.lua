-- Needs: leases, accounts, seats, bills, orders, choice
-- Takes the job whose turn it is in a server's lane; a nonce that a server used gets its first answer while that lease
-- lives.
-- Answers the lane, and if there is a job: the end of the lease, the job, whether the server holds others ('1').
-- KEYS: the pool
-- ARGV: server, nonce, lease in ms, speed, job and fence of the lease that is about to end ('' for none), loaded models …
-- Complexity: O(log n) for n waiting users, and the number of the user's requirements and of loaded models
local server, nonce, term, speed = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local lane = pool.version and redis.call('HGET', key('lane_of'), server) or ANY_LANE

-- The server's jobs, each with the nonce that it was claimed by.
local mine, again, many = redis.call('HGETALL', key('held', server)), nil, 0
for i = 1, #mine, 2 do
  if mine[i + 1] == nonce then again = mine[i] elseif mine[i] ~= ARGV[5] then many = many + 1 end
end
local others = many > 0 and '1' or ''
if again then return {lane, tonumber(redis.call('ZSCORE', key('leases'), again)), snapshot(again, job_of(again)), others} end

-- A job that is about to end counts for no cap. Nothing of it is written: it is counted again below.
local leaving = ARGV[5] ~= '' and held(ARGV[5], ARGV[6])
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
for i = 7, #ARGV do models[#models + 1], warm[ARGV[i]] = ARGV[i], true end
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
  redis.call('HSET', key('held', server), id, nonce)
  change(id, job, news)
  found = {lane, expires, snapshot(id, job), others}
end
excuse(1)
write()
wake()
return found
