-- The pool, its tenants, users and people. Each hash is read once and written once in a script, whatever happens to it.
-- Fields are words; the others begin with a letter that tells what the rest of their name is: @ the lane of a tag with a
-- seat, ~ the lane of a tag without one, + a requirement that waits (of a person: a tenant where something waits), : the
-- lane of a clock, # the lane in which so many users sit, ! the lane in which so much passed.
local PARTS = {[43] = 'waits', [58] = 'clocks', [35] = 'sitting', [33] = 'passed'}
local records, opened, moved, woken, wants, turned = {}, {}, {}, {}, {}, {}

-- Completes a record by what is written of it; new holds what is to be written, false for what is to be deleted; it is
-- made with room for what a claim writes, so that it need not grow.
local function record(at, it)
  local flat = redis.call('HGETALL', at)
  for i = 1, #flat, 2 do
    local name, value = flat[i], tonumber(flat[i + 1])
    local letter = string.byte(name)
    if letter == 64 or letter == 126 then
      local lane = string.sub(name, 2)
      it.tags[lane], it.kept[lane] = value, value
      if letter == 64 then it.seats[lane], it.sat[lane] = true, true end
    elseif PARTS[letter] then
      it[PARTS[letter]][string.sub(name, 2)] = value
    else
      it[name] = value
    end
  end
  if not flat[1] then it.new_here = true end
  opened[#opened + 1] = it
  return it
end

local pool = record(KEYS[1], {at = KEYS[1], new = {}, waiting = 0, seated = 0, turns = 0, order = 0, bytes = 0, clocks = {}})

-- Sets a field; nil takes it away.
local function put(it, name, value)
  it[name] = value
  if value == nil then value = false end
  it.new[name] = value
end

-- Sets a part of a kind by its letter; at zero it is taken away.
local function put_part(it, letter, part, value)
  local parts = it[PARTS[string.byte(letter)]]
  if (parts[part] or 0) == value then return end
  parts[part] = value ~= 0 and value or nil
  it.new[letter .. part] = value ~= 0 and value
end

local function tenant_of(name)
  local it = records[name]
  if not it then
    local at = key('tenant', name)
    it = record(at, {at = at, new = {waiting = nil, leased = nil, backlog = nil, crowd = nil, idle = nil}, name = name,
      weight = ONE, waiting = 0, leased = 0, backlog = 0, crowd = 0, tags = {}, kept = {}, seats = {},
      sat = {}, clocks = {}, sitting = {}})
    records[name] = it
  end
  return it
end

-- Whoever has a name on a platform is one person there, in whichever tenant. On some a name is of one tenant: in another
-- one it may be somebody else's.
local of_one_place = OF_ONE_PLACE
local function who_is(tenant_name, name)
  local platform = string.match(tenant_name, '^[^/]*')
  return (of_one_place[platform] and tenant_name or platform) .. '/' .. name
end

-- The tenant and the user of a whole name.
local function halves_of(whole)
  return string.match(whole, '^(.*)/([^/]*)$')
end

local function person_of(who)
  local at = key('person', who)
  local it = records[at] or record(at, {at = at, new = {waiting = nil, leased = nil, idle = nil}, waiting = 0, leased = 0,
    waits = {}})
  records[at] = it
  return it
end

-- Returns a user with tenant and person; whole is how the user is called in the pool.
local function user_of(tenant_name, name)
  local whole = tenant_name .. '/' .. name
  local it = records[whole]
  if not it then
    local tenant, person = tenant_of(tenant_name), person_of(who_is(tenant_name, name))
    local at = key('user', whole)
    -- Sixteen fields: a table of more takes a block that the engine's allocator has no quick place for.
    it = record(at, {at = at, new = {waiting = nil, leased = nil, backlog = nil, weight = nil, idle = nil}, name = name,
      whole = whole, tenant = tenant, person = person, weight = ONE, waiting = 0, leased = 0, backlog = 0,
      tags = {}, kept = {}, seats = {}, sat = {}, waits = {}, passed = {}})
    records[whole] = it
  end
  return it
end

local function open(it)
  return not it.cap or it.leased < it.cap
end

-- The line of a lane: of the tenants, or of the users of one.
local function line_of(lane, tenant)
  if tenant then return TAG .. ':line:' .. lane .. ':' .. tenant end
  return TAG .. ':line:' .. lane
end
