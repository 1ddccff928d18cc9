-- Needs: accounts
-- Who stands in which line: whoever has something for a lane, and may run it.
local routes, ANYWHERE = {}, {[ANY_LANE] = true}

-- Returns the lanes that serve a requirement: all that was laid for it, which may be none, else the one for the rest.
local function serving(requirement)
  local lanes = routes[requirement]
  if lanes then return lanes end
  local laid = pool.version and redis.call('HGET', key('routes'), requirement)
  lanes = laid and {} or ANYWHERE
  if laid then
    for lane in string.gmatch(laid, '[^,]+') do lanes[lane] = true end
  end
  routes[requirement] = lanes
  return lanes
end

-- In bytes, as Redis and the model put names in order; '<' would ask the locale.
local function before(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

local function count_seat(account, lane, change)
  local tenant = account.tenant
  if tenant then put_part(tenant, '#', lane, math.max(0, (tenant.sitting[lane] or 0) + change)) end
end

-- Gives an account its seats. Who comes begins at the clock at the least, each a little later than who came before,
-- and at the debt after it at the most.
local function sit(account, wanted)
  local coming
  for lane in pairs(account.seats) do
    if not wanted[lane] then
      account.seats[lane] = nil
      moved[account] = true
      count_seat(account, lane, -1)
    end
  end
  for lane in pairs(wanted) do
    if not account.seats[lane] then
      coming = coming or {}
      coming[#coming + 1] = lane
    end
  end
  if not coming then return end
  moved[account] = true
  table.sort(coming, before)
  for _, lane in ipairs(coming) do
    local clock = (account.tenant or pool).clocks[lane] or 0
    local tag = account.tags[lane] or clock
    if tag <= clock then
      put(pool, 'seated', pool.seated + 1)
      tag = clock + pool.seated % TIES
    end
    account.tags[lane] = math.min(tag, clock + DEBT)
    account.seats[lane] = true
    count_seat(account, lane, 1)
  end
end

local function seat_user(user)
  local wanted = {}
  if open(user) and open(user.person) then
    for requirement in pairs(user.waits) do
      for lane in pairs(serving(requirement)) do wanted[lane] = true end
    end
  end
  sit(user, wanted)
end

local function seat_tenant(tenant)
  sit(tenant, open(tenant) and tenant.sitting or {})
end

-- Everybody where they belong after something changed for a user: of a person whose cap opened or closed, in all tenants.
local function seat(user, was_open)
  local person = user.person
  seat_user(user)
  if open(person) ~= was_open then
    local others = {}
    for tenant in pairs(person.waits) do
      if tenant ~= user.tenant.name then others[#others + 1] = tenant .. '/' end
    end
    table.sort(others, before)
    for _, tenant in ipairs(others) do
      local other = user_of(string.sub(tenant, 1, -2), user.name)
      seat_user(other)
      seat_tenant(other.tenant)
    end
  end
  seat_tenant(user.tenant)
end

-- Another job for the lanes in which a user stands: somebody may be waiting for it.
local function call_for(user, requirement)
  for lane in pairs(serving(requirement)) do
    if user.seats[lane] and user.tenant.seats[lane] then woken[lane] = true end
  end
end
