-- Before every script: the clock and the names of the keys.
-- A script declares one key, KEYS[1], the pool's; every other key is derived from it and has the same hash tag.
local TAG = string.match(KEYS[1], '^{[^}]+}')

-- Milliseconds by the server's clock: the only one. Tests put another function in its place.
local instant
local function now()
  if not instant then
    local time = redis.call('TIME')
    instant = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return instant
end

local function key(name, part)
  if part then return TAG .. ':' .. name .. ':' .. part end
  return TAG .. ':' .. name
end
