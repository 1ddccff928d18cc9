-- Needs: jobs, accounts, seats, bills, orders, charges, hours
-- How a job leaves a server or the queue. Whoever calls it writes the accounts afterwards.

-- Ends a lease at what it took; nil: nothing is charged, the fault was ours. Tells whether the person might run before.
local function let_go(user, id, job, gpu)
  in_the_end('ZREM', key('leases'), id)
  redis.call('HDEL', key('held', job.server), id)
  correct(user, job, gpu and math.max(LEAST, normal(gpu, tonumber(job.speed or ONE))) or 0)
  local was_open = open(user.person)
  count_leased(user, -1)
  return was_open
end

local function finish(id, job, state, used, everything, news)
  local user, at, was_open = user_of(job.t, job.u), now()
  if job.state then
    was_open = let_go(user, id, job, not everything and job.state ~= 'starting' and used or nil)
  else
    was_open = open(user.person)
    step_out(user, id, job)
  end
  seat(user, was_open)
  if job.charges then settle_charges(id, used, everything) end
  if used > 0 and not everything then note_used(job, used) end
  in_the_end('ZADD', key('ended'), at, id)
  if job.review and state == 'succeeded' then
    redis.call('ZADD', key('review'), at, id)
    redis.call('ZADD', key('review', job.t), at, id)
  end
  news.state, news.ended, news.gpu, news.charges = state, at, used, false
  change(id, job, news)
end

local OF_A_LEASE = {'state', 'server', 'run', 'client', 'started', 'gpu', 'paid', 'weight', 'tenant_weight', 'speed'}

-- Back to the old place; the last attempt that counts is the end, and so is a cancel that nobody confirmed.
local function hand_back(id, job, costs, attempts, lost_code, lost_result, news, needs)
  local spent = (job.spent or 0) + (costs and 1 or 0)
  if spent > 0 then news.spent = spent end
  if job.cancel then return finish(id, job, 'cancelled', costs and 0 or tonumber(job.gpu or 0), false, news) end
  if spent >= attempts then
    news.code = lost_code
    redis.call('SET', key('result', id), lost_result)
    return finish(id, job, 'failed', 0, true, news)
  end
  if needs and needs ~= '' then
    news.asked, news.n = job.asked or job.n or '', needs
    job.n = needs
  end
  -- The number of a run that was never recorded is free again.
  if job.state == 'starting' and not costs then news.attempt = job.attempt - 1 end
  local user = user_of(job.t, job.u)
  local was_open = let_go(user, id, job, nil)
  line_up(user, id, job)
  seat(user, was_open)
  call_for(user, job.n or '')
  for _, field in ipairs(OF_A_LEASE) do news[field] = false end
  change(id, job, news)
end
