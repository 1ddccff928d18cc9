-- The audit: a stream of each tenant and one of all; an entry has the same id in both. What is asked again under its
-- nonce, after a lost answer, is not done twice.

local function is_done(nonce)
  return tonumber(redis.call('GET', key('nonce', nonce)) or 0) > now()
end

-- Remembers for so many milliseconds what was done; the expiry, by the server's real clock, only takes the key away.
local function remember(nonce, life)
  redis.call('SET', key('nonce', nonce), string.format('%.0f', now() + life), 'PX', life)
end

-- The later of what time it is and what the last entry has, so that ids grow when the clock is set back.
local function next_entry()
  local last = redis.call('XREVRANGE', key('audit'), '+', '-', 'COUNT', 1)[1]
  local ms, number = string.match(last and last[1] or '', '^(%d+)-(%d+)$')
  if ms and tonumber(ms) >= now() then return string.format('%s-%.0f', ms, number + 1) end
  return string.format('%.0f-0', now())
end

local function append(at, id, text, life, most)
  redis.call('XADD', at, id, 'entry', text)
  redis.call('XTRIM', at, 'MINID', string.format('%.0f', now() - life))
  redis.call('XTRIM', at, 'MAXLEN', most)
  redis.call('PEXPIRE', at, string.format('%.0f', life))
end

local function audit(tenant, text, life, most, most_of_all)
  local id = next_entry()
  append(key('audit'), id, text, tonumber(life), most_of_all)
  if tenant ~= '' then append(key('audit', tenant), id, text, tonumber(life), most) end
end
