-- Needs: accounts
-- What a job costs. Whole numbers, far below 2^53, so that a division rounded down is the model's.

local function virtual(gpu, weight)
  return math.floor(gpu * 1000000 / weight)
end

local function normal(gpu, speed)
  return math.floor(math.min(gpu, LONGEST) * speed / ONE)
end

local function price(estimate)
  return math.min(math.max(estimate, LEAST), LONGEST)
end

local function weight_of(account)
  if BY_USERS and not account.tenant then return math.max(1, math.floor(account.weight * account.crowd / ONE)) end
  return account.weight
end

-- Charges in every lane, or gives back. A refund is no credit: it goes down to the clock, and a little further for those
-- who sit.
local function move(account, amount)
  if amount == 0 then return end
  moved[account] = true
  for lane, tag in pairs(account.tags) do
    local clock = (account.tenant or pool).clocks[lane] or 0
    if amount > 0 then
      account.tags[lane] = math.min(tag + amount, clock + DEBT)
    else
      local lowest = account.seats[lane] and clock - REFUND or clock
      account.tags[lane] = math.max(tag + amount, math.min(tag, lowest))
    end
  end
end

-- The bill of a job moves from what it paid to what it should, at the weights that it was written with.
local function correct(user, job, gpu)
  local paid, weight, tenant_weight = tonumber(job.paid), tonumber(job.weight or ONE), tonumber(job.tenant_weight or ONE)
  move(user, virtual(gpu, weight) - virtual(paid, weight))
  move(user.tenant, virtual(gpu, tenant_weight) - virtual(paid, tenant_weight))
  job.paid = gpu
end
