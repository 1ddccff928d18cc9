-- Needs: accounts
-- What a script did to the accounts, written down in its end; and who is woken by it.

-- The lines mirror tags and seats, before anybody reads them. Who has a seat now and had none may be somebody's work,
-- a user whose tenant has one: see wake().
local function mirror(it)
  for lane, tag in pairs(it.tags) do
    local sits, sat, kept = it.seats[lane], it.sat[lane], it.kept[lane]
    if tag ~= kept or sits ~= sat then
      local line = line_of(lane, it.tenant and it.tenant.name)
      it.new[(sits and '@' or '~') .. lane] = tag
      if kept and sits ~= sat then it.new[(sat and '@' or '~') .. lane] = false end
      if sits then
        redis.call('ZADD', line, tag, it.name)
        if not sat and (not it.tenant or it.tenant.seats[lane]) then woken[lane] = true end
      elseif sat then
        redis.call('ZREM', line, it.name)
      end
      it.kept[lane], it.sat[lane] = tag, sits
    end
  end
end

local function mirror_moved()
  for it in pairs(moved) do
    mirror(it)
    moved[it] = nil
  end
end

-- The last turns of whoever had one, also before anybody reads a rota.
local function write_turns()
  for model, whose in pairs(turned) do
    local words, many = {'ZADD', key('rota', model)}, 2
    for who, number in pairs(whose) do
      words[many + 1], words[many + 2], many = number, who, many + 2
    end
    if many > 2 then redis.call(unpack(words)) end
    turned[model] = nil
  end
end

local puts, drops = {}, {} -- words of one command at a time
local function write()
  mirror_moved()
  write_turns()
  for requirement, more in pairs(wants) do
    if more ~= 0 then redis.call('HINCRBY', key('wanted'), requirement, more) end
    wants[requirement] = nil
  end
  for i = 1, #opened do
    local it, many, few = opened[i], 1, 1
    for name, value in pairs(it.new) do
      if value then
        puts[many + 1], puts[many + 2], many = name, value, many + 2
      else
        drops[few + 1], few = name, few + 1
      end
    end
    puts[1], drops[1] = it.at, it.at
    if many > 1 then redis.call('HSET', unpack(puts, 1, many)) end
    if few > 1 then redis.call('HDEL', unpack(drops, 1, few)) end
    if many + few > 2 then it.new = {} end
  end
end

-- One message, which wakes one who waits for one of these lanes.
local function wake()
  local lanes = {}
  for lane in pairs(woken) do lanes[#lanes + 1] = lane end
  if lanes[1] then redis.call('PUBLISH', key('wake'), table.concat(lanes, ',')) end
end
