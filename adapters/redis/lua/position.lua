-- Needs: jobs, accounts, seats, bills, orders
-- Tells what is before a waiting job: how often the tags of others come before its own. Nothing: it does not wait.
-- Answers whose cap is why no lane takes it, the jobs before it and their GPU milliseconds without any lane, then for
-- each lane that takes it: the lane, jobs, GPU milliseconds.
-- KEYS: the pool
-- ARGV: job
-- Complexity: O(log n) for n users, and the number of the user's requirements and lanes
local id = ARGV[1]
local job = job_of(id)
if not job or job.state then return false end
local user = user_of(job.t, job.u)
local tenant = user.tenant

local function mean(waiting, backlog)
  return waiting > 0 and math.max(1, math.floor(backlog / waiting)) or 1
end

local function own(lane)
  local jobs = 0
  for requirement in pairs(user.waits) do
    if not lane or serving(requirement)[lane] then
      jobs = jobs + redis.call('ZCOUNT', queue_of(user, requirement), '-inf', '(' .. job.p)
    end
  end
  return jobs, jobs * mean(user.waiting, user.backlog)
end

-- Looks at up to so many of those before a tag, at even distances: their ranks in the line, which skip one's own.
local function ranks(line, name, start)
  local many = redis.call('ZCOUNT', line, '-inf', '(' .. string.format('%.0f', start))
  local mine = redis.call('ZRANK', line, name) or many
  if mine < many then many = many - 1 end
  local found, stride = {}, math.max(1, math.ceil(many / SAMPLE))
  for i = 0, many - 1, stride do found[#found + 1] = i < mine and i or i + 1 end
  return found, many
end

local function others(account, kind, before_name, line, start)
  local found, many = ranks(line, account.name, start)
  local jobs, gpu = 0, 0
  for _, rank in ipairs(found) do
    local one = redis.call('ZRANGE', line, rank, rank, 'WITHSCORES')
    local kept = redis.call('HMGET', key(kind, before_name .. one[1]), 'waiting', 'backlog', 'weight', 'crowd')
    local waiting = tonumber(kept[1] or 0)
    local each = mean(waiting, tonumber(kept[2] or 0))
    local it = {weight = tonumber(kept[3] or ONE), crowd = tonumber(kept[4] or 0), tenant = account.tenant}
    local count = math.min(waiting, math.ceil((start - one[2]) / math.max(1, virtual(each, weight_of(it)))))
    jobs, gpu = jobs + count, gpu + count * each
  end
  if many == 0 then return 0, 0 end
  return math.floor(jobs * many / #found), math.floor(gpu * many / #found)
end

local function ahead(lane)
  local jobs, gpu = own(lane)
  local more, more_gpu = others(user, 'user', tenant.name .. '/', line_of(lane, tenant.name),
    user.tags[lane] + virtual(gpu, user.weight))
  jobs, gpu = jobs + more, gpu + more_gpu
  more, more_gpu = others(tenant, 'tenant', '', line_of(lane), tenant.tags[lane] + virtual(gpu, weight_of(tenant)))
  return jobs + more, gpu + more_gpu
end

local lanes = {}
for lane in pairs(serving(job.n or '')) do
  if user.seats[lane] and tenant.seats[lane] then lanes[#lanes + 1] = lane end
end
table.sort(lanes, before)
local capped = not open(user) and 'user' or not open(user.person) and 'person' or not open(tenant) and 'tenant' or ''
local answer = {capped, own(nil)}
for _, lane in ipairs(lanes) do
  local jobs, gpu = ahead(lane)
  answer[#answer + 1], answer[#answer + 2], answer[#answer + 3] = lane, jobs, gpu
end
return answer
