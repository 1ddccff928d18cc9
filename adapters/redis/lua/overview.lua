-- Needs: jobs, accounts, seats, bills, orders
-- Tells how the queue stands, and changes nothing. Of each line the first so many are listed, and whoever has a lease; who
-- is only half there is left out.
-- Answers: jobs that wait, leases, weight of all tenants, GPU ms used of late; lanes with jobs that wait and their GPU ms;
-- servers with their lanes; tenants, each with: its account, its users, each with account, payload of a job, jobs.
-- KEYS: the pool
-- ARGV: how many to list; how many to read of a line's tenants, leases and ended jobs, and of users and jobs in all; since
--       how many ms something was used of late; the tenant that alone is listed ('' for any)
-- Complexity: O(k l) for k to read and l lanes
local limit, most, span = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

local function text(number)
  return string.format('%.0f', number)
end

-- What was used of late: by those who ended, and so far by those who run.
local used, total, payers = {}, 0, {}
local function use(job)
  local gpu, whole = tonumber(job.gpu or 0), job.t .. '/' .. job.u
  used[job.t], used[whole], total = (used[job.t] or 0) + gpu, (used[whole] or 0) + gpu, total + gpu
end
local late = redis.call('ZREVRANGEBYSCORE', key('ended'), '+inf', '(' .. text(now() - span), 'LIMIT', 0, most)
for _, id in ipairs(late) do
  local kept = redis.call('HMGET', key('job', id), 't', 'u', 'gpu')
  if kept[1] then use({t = kept[1], u = kept[2], gpu = kept[3] or 0}) end
end
local servers, holding = redis.call('HGETALL', key('lane_of')), {}
if not pool.version then servers = {} end
local known = {}
for i = 1, #servers, 2 do known[servers[i]] = true end
for _, id in ipairs(redis.call('ZRANGE', key('leases'), 0, most - 1)) do
  local job = job_of(id)
  if job and job.server then
    use(job)
    holding[job.t] = holding[job.t] or {}
    holding[job.t][job.u] = id
    if not known[job.server] then
      known[job.server] = true
      servers[#servers + 1], servers[#servers + 2] = job.server, ANY_LANE
    end
  end
end

-- Names of whoever is among the first in a line, or has a lease, in order.
local function listed(lanes, name_of, leases)
  local found, names = {}, {}
  for name in pairs(leases) do found[name] = true end
  for lane in pairs(lanes) do
    for _, name in ipairs(redis.call('ZRANGE', name_of(lane), 0, limit - 1)) do found[name] = true end
  end
  for name in pairs(found) do names[#names + 1] = name end
  table.sort(names, before)
  return names
end

local function account(it, whole)
  local told = {text(weight_of(it)), text(it.crowd or 0), text(it.waiting), text(it.leased), text(it.backlog),
    text(used[whole] or 0)}
  local tags = {}
  for lane in pairs(it.seats) do
    tags[#tags + 1] = {lane, text(it.tags[lane]), text((it.tenant or pool).clocks[lane] or 0)}
  end
  return {told, tags}
end

-- Of whoever comes after so many jobs were read the first one is told, for it tells who they are.
local left = most
local function jobs(user)
  local first, told = {}, {}
  local each = math.max(1, math.min(limit, left))
  for requirement in pairs(user.waits) do
    local lanes = {}
    for lane in pairs(serving(requirement)) do lanes[#lanes + 1] = lane end
    local queue = redis.call('ZRANGE', queue_of(user, requirement), 0, each - 1, 'WITHSCORES')
    for i = 1, #queue, 2 do
      first[#first + 1] = {place = tonumber(queue[i + 1]), id = queue[i], lanes = table.concat(lanes, ',')}
    end
  end
  table.sort(first, function(a, b) return a.place < b.place end)
  for _, it in ipairs(first) do
    if #told >= each then break end
    local cost = redis.call('HGET', key('job', it.id), 'c')
    if cost then told[#told + 1] = {it.id, cost, it.lanes} end
  end
  left = left - #first
  return told
end

-- The lanes, and who is in their lines.
local waiting, lanes, tenants, weight, longest = {}, {}, {}, 0, 1
local wanted = redis.call('HGETALL', key('wanted'))
for i = 1, #wanted, 2 do
  local many, served = tonumber(wanted[i + 1]), false
  for lane in pairs(serving(wanted[i])) do
    waiting[lane], served = (waiting[lane] or 0) + many, true
  end
  if not served then waiting[''] = (waiting[''] or 0) + many end
end
local function count_tenant(name)
  if not tenants[name] then weight = weight + weight_of(tenant_of(name)) end
  tenants[name] = true
end
for name in pairs(holding) do count_tenant(name) end
for lane, many in pairs(waiting) do
  local line, jobs_there, gpu = line_of(lane), 0, 0
  for _, name in ipairs(redis.call('ZRANGE', line, 0, most - 1)) do
    count_tenant(name)
    jobs_there, gpu = jobs_there + tenant_of(name).waiting, gpu + tenant_of(name).backlog
  end
  longest = math.max(longest, redis.call('ZCARD', line) / most)
  if many > 0 then lanes[#lanes + 1] = {lane, text(many), text(jobs_there > 0 and math.floor(gpu * many / jobs_there) or 0)} end
end

local answer, listed_users = {}, 0
local names = ARGV[4] ~= '' and {ARGV[4]} or listed(waiting, function(lane) return line_of(lane) end, holding)
for _, name in ipairs(names) do
  local tenant, users, theirs_held = tenant_of(name), {}, holding[name] or {}
  for _, who in ipairs(listed(tenant.sitting, function(lane) return line_of(lane, name) end, theirs_held)) do
    if listed_users >= most then break end
    local user = user_of(name, who)
    local theirs = jobs(user)
    local one = theirs[1] and theirs[1][1] or theirs_held[who]
    local payload = one and redis.call('GET', key('payload', one))
    if payload then
      listed_users = listed_users + 1
      users[#users + 1] = {account(user, user.whole), payload, theirs}
    end
  end
  if users[1] then answer[#answer + 1] = {account(tenant, name), users} end
end
return {text(pool.waiting), redis.call('ZCARD', key('leases')), text(math.floor(weight * longest)), text(total), lanes,
  servers, answer}
