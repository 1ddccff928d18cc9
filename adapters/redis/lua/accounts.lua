-- The pool, its tenants, users and people. Each hash is read once and written once in a script, whatever happens to it.
-- The first letter of a field tells what the rest of its name is: @ the lane of a tag, + a requirement that waits (of a
-- person: a tenant where something waits), : the lane of a clock, # the lane in which so many users sit, ! the lane in
-- which so much passed. A tag without a seat is written as its complement, -1 - tag: a tag is never negative.
local PARTS = {['+'] = 'waits', [':'] = 'clocks', ['#'] = 'sitting', ['!'] = 'passed'}
local records, opened = {}, {}

local function record(at)
  local it = {at = at, new = {}, tags = {}, seats = {}, kept = {}, waits = {}, clocks = {}, sitting = {}, passed = {},
    weight = ONE, waiting = 0, leased = 0, backlog = 0, crowd = 0}
  local flat = redis.call('HGETALL', at)
  for i = 1, #flat, 2 do
    local name, value = flat[i], tonumber(flat[i + 1])
    local letter = string.sub(name, 1, 1)
    if letter == '@' then
      local lane = string.sub(name, 2)
      it.kept[lane] = value
      it.seats[lane] = value >= 0 or nil
      it.tags[lane] = value >= 0 and value or -1 - value
    elseif PARTS[letter] then
      it[PARTS[letter]][string.sub(name, 2)] = value
    else
      it[name] = value
    end
  end
  it.known = flat[1] ~= nil
  opened[#opened + 1] = it
  return it
end

local pool = record(KEYS[1])
pool.seated, pool.turns = pool.seated or 0, pool.turns or 0

-- Sets a field, or with a letter one of its parts; at zero and nil a part is taken away.
local function put(it, name, value)
  it[name] = value
  if value == nil then value = false end
  it.new[name] = value
end

local function put_part(it, letter, part, value)
  local parts = it[PARTS[letter]]
  if parts[part] == value or value == 0 and not parts[part] then return end
  parts[part] = value ~= 0 and value or nil
  it.new[letter .. part] = value ~= 0 and value or false
end

local function tenant_of(name)
  local it = records[name]
  if not it then
    it = record(key('tenant', name))
    it.name, it.above = name, pool
    records[name] = it
  end
  return it
end

-- Returns a user with tenant and person; whole is how the user is called in the pool.
local function user_of(tenant, name)
  local whole = tenant .. '/' .. name
  local it = records[whole]
  if not it then
    local who = string.match(tenant, '^[^/]*') .. '/' .. name
    local person = 'person ' .. who
    records[person] = records[person] or record(key('person', who))
    it = record(key('user', whole))
    it.name, it.whole, it.tenant, it.person = name, whole, tenant_of(tenant), records[person]
    it.above = it.tenant
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

local woken = {}

-- The lines mirror tags and seats. Who has a seat now and had none may be somebody's work: see wake().
local function mirror(it, set)
  for lane, tag in pairs(it.tags) do
    local kept, value = it.kept[lane], it.seats[lane] and tag or -1 - tag
    if value ~= kept then
      set[#set + 1], set[#set + 2] = '@' .. lane, value
      it.kept[lane] = value
      local line = line_of(lane, it.tenant and it.tenant.name)
      if value >= 0 then
        redis.call('ZADD', line, value, it.name)
        if not kept or kept < 0 then woken[lane] = true end
      elseif kept and kept >= 0 then
        redis.call('ZREM', line, it.name)
      end
    end
  end
end

local function write()
  for _, it in ipairs(opened) do
    local set, gone = {it.at}, {it.at}
    if it.above then mirror(it, set) end
    for name, value in pairs(it.new) do
      if value then
        set[#set + 1], set[#set + 2] = name, value
      else
        gone[#gone + 1] = name
      end
    end
    it.new = {}
    if #set > 1 then redis.call('HSET', unpack(set)) end
    if #gone > 1 then redis.call('HDEL', unpack(gone)) end
  end
end

-- One message, which wakes one who waits for one of these lanes.
local function wake()
  local lanes = {}
  for lane in pairs(woken) do lanes[#lanes + 1] = lane end
  if lanes[1] then redis.call('PUBLISH', key('wake'), table.concat(lanes, ',')) end
end
