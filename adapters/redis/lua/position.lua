-- Needs: jobs, accounts, seats, bills, orders
-- Tells what is before a waiting job: how often the tags of others come before its own. Nothing: it does not wait.
-- Answers jobs, GPU milliseconds, the lane (nothing: none can take it now), and whose cap is why.
-- KEYS: the pool
-- ARGV: job
-- Complexity: O(log n) for n users, and the number of the user's requirements
local id = ARGV[1]
local job = job_of(id)
if not job or job.state then return false end
local user, lane = user_of(job.tenant, job.user), nil
for each in pairs(serving(job.need or '')) do
  if user.seats[each] and (not lane or before(each, lane)) then lane = each end
end

local function mean(waiting, backlog)
  return waiting > 0 and math.max(1, math.floor(backlog / waiting)) or 1
end

local jobs = 0
for requirement in pairs(user.waits) do
  if not lane or serving(requirement)[lane] then
    jobs = jobs + redis.call('ZCOUNT', queue_of(user, requirement), '-inf', '(' .. job.place)
  end
end
local gpu = jobs * mean(user.waiting, user.backlog)
if not lane or not user.tenant.seats[lane] then
  local capped = not open(user) and 'user' or not open(user.person) and 'person' or not open(user.tenant) and 'tenant'
  return {jobs, gpu, false, capped}
end

-- Looks at up to so many of those before a tag, at even distances: their ranks in the line, which skip one's own.
local function ranks(line, name, start)
  local many, own = redis.call('ZCOUNT', line, '-inf', '(' .. string.format('%.0f', start)), redis.call('ZRANK', line, name)
  if own < many then many = many - 1 end
  local found, stride = {}, math.max(1, math.ceil(many / SAMPLE))
  for i = 0, many - 1, stride do found[#found + 1] = i < own and i or i + 1 end
  return found, many
end

local function ahead(account, name_of, line, start)
  local found, many = ranks(line, account.name, start)
  local others, other_gpu = 0, 0
  for _, rank in ipairs(found) do
    local one = redis.call('ZRANGE', line, rank, rank, 'WITHSCORES')
    local kept = redis.call('HMGET', name_of(one[1]), 'waiting', 'backlog', 'weight', 'crowd')
    local waiting, each = tonumber(kept[1]), mean(tonumber(kept[1]), tonumber(kept[2]))
    local it = {weight = tonumber(kept[3] or ONE), crowd = tonumber(kept[4] or 0), tenant = account.tenant}
    local step = math.max(1, virtual(each, weight_of(it)))
    local count = math.min(waiting, math.ceil((start - tonumber(one[2])) / step))
    others, other_gpu = others + count, other_gpu + count * each
  end
  if many == 0 then return 0, 0 end
  return math.floor(others * many / #found), math.floor(other_gpu * many / #found)
end

local tenant = user.tenant
local more, more_gpu = ahead(user, function(name) return key('user', tenant.name .. '/' .. name) end,
  line_of(lane, tenant.name), user.tags[lane] + virtual(gpu, user.weight))
jobs, gpu = jobs + more, gpu + more_gpu
more, more_gpu = ahead(tenant, function(name) return key('tenant', name) end,
  line_of(lane), tenant.tags[lane] + virtual(gpu, weight_of(tenant)))
return {jobs + more, gpu + more_gpu, lane, false}
