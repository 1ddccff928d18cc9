-- Needs: recount, writing
-- Looks after some of the active users, in the order of their names: counts anew, seats anew where lanes were laid anew,
-- forgets what nobody needs of lanes that nothing leads to any more, and lets go of those at rest. A pass goes through
-- all of them, one begins when lanes were laid or the last one is a while ago; 1: there is more to be done now.
-- KEYS: the pool
-- ARGV: how much work (lanes that users are seated in, jobs that are looked at), ms between passes, ms after which somebody
--       at rest is forgotten, users of a tenant (and of the pool) and jobs of a user that are counted anew at the most
-- Complexity: O(k log n) for work k (the last user's may come on top) and n users, and the number of leases, of known
--             requirements and, at the end of a tenant, of its users that are counted anew
local most, at, tending = tonumber(ARGV[1]), now(), key('tending')
local state = redis.call('HMGET', tending, 'cursor', 'began', 'version', 'done')
local version = tostring(pool.version or 0)
local cursor = state[1]
if cursor and state[3] ~= version then cursor = false end
if not cursor then
  if (state[4] or '0') == version and at < tonumber(state[2] or 0) + tonumber(ARGV[2]) then return 0 end
  redis.call('HSET', tending, 'began', at, 'version', version)
end

local members = redis.call('ZRANGEBYLEX', key('active'), cursor and '(' .. cursor or '-', '+', 'LIMIT', 0, most)
local users, tenants, known = {}, {}, {[ANY_LANE] = true}
for _, laid in ipairs(redis.call('HVALS', key('routes'))) do
  for lane in string.gmatch(laid, '[^,]+') do known[lane] = true end
end
for _, lane in ipairs(redis.call('HVALS', key('lane_of'))) do known[lane] = true end

local spent, lanes = 0, 0
for _ in pairs(known) do lanes = lanes + 1 end
for _, whole in ipairs(members) do
  if spent >= most then break end
  local user = user_of(halves_of(whole))
  spent = spent + lanes + recount_user(user, tonumber(ARGV[5]))
  users[#users + 1], tenants[user.tenant] = user, true
end
-- Sums are right when the last one of them was counted anew.
local last = users[1] and users[#users]
local next_one = last and (members[#users + 1]
  or redis.call('ZRANGEBYLEX', key('active'), '(' .. last.whole, '+', 'LIMIT', 0, 1)[1])
for tenant in pairs(tenants) do
  amend(tenant, 'leased', leased[tenant.at] or 0)
  if not next_one or string.match(next_one, '^(.*)/') ~= tenant.name then recount_tenant(tenant, tonumber(ARGV[4])) end
end
if not next_one then recount_pool(tonumber(ARGV[4])) end

-- Puts one account into the lines where it sits, and out of all others.
local function line_anew(it, lanes)
  for lane in pairs(lanes) do
    local line = line_of(lane, it.tenant and it.tenant.name)
    if it.seats[lane] then
      redis.call('ZADD', line, it.tags[lane], it.name)
    else
      redis.call('ZREM', line, it.name)
    end
  end
end

local function forget_lanes(it, letter, parts, also)
  for lane in pairs(parts) do
    if not known[lane] and not (also and also[lane]) then
      parts[lane] = nil
      it.new[letter .. lane] = false
      if letter == '~' then it.kept[lane] = nil end
    end
  end
end

-- Everybody where they belong; what is forgotten has left its line by then.
local somebody = false
for _, user in ipairs(users) do
  seat_user(user)
  seat_tenant(user.tenant)
end
write()
for _, user in ipairs(users) do
  if user.waiting + user.leased > 0 then
    local tenant = user.tenant
    somebody = true
    forget_lanes(user, '~', user.tags)
    forget_lanes(user, '!', user.passed)
    forget_lanes(tenant, '~', tenant.tags, tenant.seats)
    forget_lanes(tenant, ':', tenant.clocks, tenant.sitting)
  end
end
write()
for _, user in ipairs(users) do line_anew(user, known) end
for tenant in pairs(tenants) do
  line_anew(tenant, known)
  for lane in pairs(known) do put_part(tenant, '#', lane, redis.call('ZCARD', line_of(lane, tenant.name))) end
  seat_tenant(tenant)
end
for lane in pairs(somebody and pool.clocks or {}) do
  if not known[lane] and redis.call('ZCARD', line_of(lane)) == 0 then
    pool.clocks[lane] = nil
    pool.new[':' .. lane] = false
  end
end

-- Who is at rest is not looked after, and forgotten after a while; by the server's real clock, only to forget.
local resting = {}
local function rest(it)
  if it.waiting + it.leased > 0 or it.idle then return end
  put(it, 'idle', 1)
  resting[#resting + 1] = it.at
end
for _, user in ipairs(users) do
  if user.waiting + user.leased == 0 then
    redis.call('ZREM', key('active'), user.whole)
    for _, it in ipairs({user, user.tenant, user.person}) do rest(it) end
  end
end
write()
for _, at_rest in ipairs(resting) do redis.call('PEXPIRE', at_rest, ARGV[3]) end
wake()

if next_one then
  redis.call('HSET', tending, 'cursor', last.whole)
  return 1
end
redis.call('HDEL', tending, 'cursor')
redis.call('HSET', tending, 'done', version)
return 0
