-- Needs: board, jobs, accounts, seats, orders, charges, claiming, parking, files, writing
-- Adds a job, or finds it; checks the caps on what waits and all charges, then adds all, or none. Makes the claim of a
-- server that is parked where the job may run, and tells its process; if there is none, somebody is woken.
-- KEYS: the pool
-- ARGV: job, platform of its place, tenant, user, requirement, priority, estimate in ms, digest, payload,
--       shortest wait in ms, weight, the tenant's weight, caps on what runs: user, person, tenant, caps on what waits:
--       user, person, tenant, everybody ('' for none), schema, '1' if it is for review, versions of the rule books of
--       everywhere and of the tenant that it was decided by ('' for none), bytes and number of files, the files' keys …,
--       then for each charge: counter, amount, ceiling, settlement, ms that a span lasts ('' for ever), of which it is
--       closed
-- Complexity: O(log n) for n jobs, and the number of charges and files, and of the user's requirements
local id, platform, tenant_name, user_name, requirement, priority, estimate, digest, payload = unpack(ARGV, 1, 9)
local known = job_of(id)
if known then return {'known', snapshot(id, known)} end

-- Whoever was banned since the books were read comes into no queue: nobody would cancel that any more.
local function outdated(book, version) return (redis.call('HGET', book, 'version') or '0') ~= version end
if ARGV[22] ~= '' and (outdated(key('book'), ARGV[22]) or outdated(key('book', tenant_name), ARGV[23])) then
  return {'outdated'}
end

local user = user_of(tenant_name, user_name)
local tenant, person = user.tenant, user.person
local waiting = {user.waiting, person.waiting, tenant.waiting, pool.waiting}
for i, whose in ipairs({'user', 'person', 'tenant', 'everybody'}) do
  local cap = tonumber(ARGV[15 + i])
  if cap and waiting[i] >= cap then return {'full', whose, tonumber(ARGV[10])} end
end

local at, files = now(), tonumber(ARGV[25])
local charges, counters, wait, refused = 26 + files, {}, nil, nil
for i = charges, #ARGV, 6 do
  local name, amount, ceiling = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  local counter = counters[name] or spans_of(key('counter', name))
  counters[name], counter.count = counter, counter.count + amount
  if counter.count > ceiling then
    -- Of several limits the one that is longest in the way is told.
    local waits = wait_of(counter, counter.count - ceiling) or tonumber(ARGV[10])
    if not wait or waits > wait then wait, refused = waits, name end
  end
end
if refused then return {'full', refused, wait} end

for i = charges, #ARGV, 6 do
  local name, amount, ceiling, settlement, lasts, closed = unpack(ARGV, i, i + 5)
  local ends = charge(counters[name], amount, tonumber(lasts), tonumber(closed))
  redis.call('RPUSH', key('charges', id), name, amount, ceiling, settlement, ends)
end

-- The share holds for all that the user has, from now on. It may lift a cap: more than this job may be run then.
local was_open, lifted = open(person), false
local function holds(it, weight, cap)
  if it.weight ~= weight then put(it, 'weight', weight) end
  if it.cap ~= cap then
    local was_shut = not open(it)
    put(it, 'cap', cap)
    lifted = lifted or was_shut and open(it)
  end
end
local weight = tonumber(ARGV[11])
if user.waiting + user.leased > 0 and weight ~= user.weight then put(tenant, 'crowd', tenant.crowd + weight - user.weight) end
holds(user, weight, tonumber(ARGV[13]))
holds(person, ONE, tonumber(ARGV[14]))
holds(tenant, tonumber(ARGV[12]), tonumber(ARGV[15]))

local number = pool.order + 1
put(pool, 'order', number)
if number == 1 then put(pool, 'schema', ARGV[20]) end
local job = {p = string.format('%.0f', number - priority * PRIORITY_STEP), t = tenant_name, u = user_name,
  c = estimate, m = string.format('%.0f', at)}
if requirement ~= '' then job.n = requirement end
if platform ~= platform_of(job) then job.platform = platform end
if ARGV[21] == '1' then job.review = '1' end
if ARGV[24] ~= '0' then
  job.bytes = ARGV[24]
  put(pool, 'bytes', pool.bytes + ARGV[24])
end
if charges < #ARGV then job.charges = '1' end
local flat = {key('job', id)}
for field, value in pairs(job) do flat[#flat + 1], flat[#flat + 2] = field, value end
redis.call('HSET', unpack(flat))
redis.call('SET', key('payload', id), payload)
redis.call('ZADD', key('of', user.whole), number, id)
redis.call('SADD', key('platforms'), platform)
redis.call('HINCRBY', key('uses'), digest, 1)
redis.call('ZADD', key('digests'), at, digest)
for i = 26, 25 + files do refer(id, ARGV[i]) end

-- One claim for one job. Nobody else is woken then, unless it took another, or is not all that may be run now.
local function hand_out()
  -- What only this needs is made here.
  mirror_moved() -- who is woken?
  local parked, channel = next_parked(woken, model_of(requirement))
  if not parked then return nil end
  local answer = claim(parked[3], parked[4], parked[5], parked[6], '', '', unpack(parked, FIRST_MODEL))
  local found = answer[3]
  if not found then return nil end
  if found[4] == id and not lifted then
    for lane in pairs(serving(requirement)) do woken[lane] = nil end
  end
  return channel, table.concat(spoken({parked[3], parked[4], answer}, {}), '\r\n') .. '\r\n'
end

line_up(user, id, job)
seat(user, was_open)
call_for(user, requirement)
put_on_board(platform, number, id)
changed[platform] = {id}
local channel, said
if somebody_is_parked then channel, said = hand_out() end
write()
tell()
-- A message wakes one; 32 are enough for the second after which everybody asks anyway.
for _ = 1, lifted and math.min(32, math.max(person.waiting, tenant.waiting)) or 1 do wake() end
if channel then redis.call('PUBLISH', channel, said) end
return {'added', at}
