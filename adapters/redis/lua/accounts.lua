-- The pool, its tenants, users and people. Each hash is read once and written once in a script, whatever happens to it.
-- Fields are words; the others begin with a letter that tells what the rest of their name is: @ the lane of a tag with a
-- seat, ~ the lane of a tag without one, + a requirement that waits (of a person: a tenant where something waits), : the
-- lane of a clock, # the lane in which so many users sit, ! the lane in which so much passed.
local PARTS = {[43] = 'waits', [58] = 'clocks', [35] = 'sitting', [33] = 'passed'}
local records, opened, woken = {}, {}, {}

-- Completes a record by what is written of it; new holds what is to be written, false for what is to be deleted.
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
    it = record(at, {at = at, new = {}, name = name, weight = ONE, waiting = 0, leased = 0, backlog = 0,
      crowd = 0, tags = {}, kept = {}, seats = {}, sat = {}, clocks = {}, sitting = {}})
    records[name] = it
  end
  return it
end

local function person_of(who)
  local at = key('person', who)
  local it = records[at] or record(at, {at = at, new = {}, waiting = 0, leased = 0, waits = {}})
  records[at] = it
  return it
end

-- Returns a user with tenant and person; whole is how the user is called in the pool.
local function user_of(tenant_name, name)
  local whole = tenant_name .. '/' .. name
  local it = records[whole]
  if not it then
    local tenant, person = tenant_of(tenant_name), person_of(string.match(tenant_name, '^[^/]*') .. '/' .. name)
    local at = key('user', whole)
    -- Sixteen fields: a table of more takes a block that the engine's allocator has no quick place for.
    it = record(at, {at = at, new = {}, name = name, whole = whole, tenant = tenant, person = person, weight = ONE,
      waiting = 0, leased = 0, backlog = 0, tags = {}, kept = {}, seats = {}, sat = {}, waits = {}, passed = {}})
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

-- The lines mirror tags and seats. Who has a seat now and had none may be somebody's work: see wake().
local function mirror(it, set, gone)
  for lane, tag in pairs(it.tags) do
    local sits, sat, kept = it.seats[lane], it.sat[lane], it.kept[lane]
    if tag ~= kept or sits ~= sat then
      local line = line_of(lane, it.tenant and it.tenant.name)
      set[#set + 1], set[#set + 2] = (sits and '@' or '~') .. lane, tag
      if kept and sits ~= sat then gone[#gone + 1] = (sat and '@' or '~') .. lane end
      if sits then
        redis.call('ZADD', line, tag, it.name)
        if not sat then woken[lane] = true end
      elseif sat then
        redis.call('ZREM', line, it.name)
      end
      it.kept[lane], it.sat[lane] = tag, sits
    end
  end
end

local function write()
  for i = 1, #opened do
    local it = opened[i]
    local set, gone = {it.at}, {it.at}
    if it.tags then mirror(it, set, gone) end
    local many = #set
    for name, value in pairs(it.new) do
      if value then
        set[many + 1], set[many + 2] = name, value
        many = many + 2
      else
        gone[#gone + 1] = name
      end
    end
    if many > 1 then redis.call('HSET', unpack(set)) end
    if gone[2] then redis.call('HDEL', unpack(gone)) end
    it.new = {}
  end
end

-- One message, which wakes one who waits for one of these lanes.
local function wake()
  local lanes = {}
  for lane in pairs(woken) do lanes[#lanes + 1] = lane end
  if lanes[1] then redis.call('PUBLISH', key('wake'), table.concat(lanes, ',')) end
end
