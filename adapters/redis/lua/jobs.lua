-- Needs: board
-- Jobs: read whole, changed in one write with all that every durable change brings along.
-- A job is a table of its fields as text; what is absent is at its default, so that a waiting job stays small.

local function job_of(id)
  local flat = redis.call('HGETALL', key('job', id))
  if not flat[1] then return false end
  -- With room for what every job has, so that the table need not grow.
  local job = {flat = flat, p = 0, t = 0, u = 0, c = 0, m = 0, n = nil, rev = nil, state = nil, server = nil, fence = nil,
    attempt = nil, paid = nil}
  for i = 1, #flat, 2 do job[flat[i]] = flat[i + 1] end
  return job
end

local changed, later = {}, {}

-- Adds to a sorted set, or takes away, in the end: what no script reads again, once for all calls that came together.
local function in_the_end(command, at, score_or_id, id)
  local words = later[at]
  if not words then
    words = {command, at}
    later[at] = words
  end
  words[#words + 1] = score_or_id
  words[#words + 1] = id
end

local platforms = {} -- of tenants

local function platform_of(job)
  if job.platform then return job.platform end
  local platform = platforms[job.t]
  if not platform then
    platform = string.match(job.t, '^[^/]*')
    platforms[job.t] = platform
  end
  return platform
end

-- Its number in the queue: the place without the priority.
local function number_of(job)
  return tonumber(job.p) % PRIORITY_STEP
end

-- Off the board, until something changes about it.
local function shown_for_good(id, job)
  take_off_board(platform_of(job), number_of(job), id)
  redis.call('HSET', key('job', id), 'off', '1')
end

local sent = {} -- words of one command at a time

-- A new revision, on the board again, and in the end a hint; false in news takes a field away.
local function change(id, job, news)
  local at, gone, rev, many = key('job', id), nil, (job.rev or 1) + 1, 3
  if job.off then
    put_on_board(platform_of(job), number_of(job), id)
    news.off = false
  end
  sent[1], sent[2], sent[3] = at, 'rev', rev
  for field, value in pairs(news) do
    if value then
      sent[many + 1], sent[many + 2], many = field, value, many + 2
    elseif job[field] then
      gone = gone or {at}
      gone[#gone + 1] = field
    end
  end
  redis.call('HSET', unpack(sent, 1, many))
  if gone then redis.call('HDEL', unpack(gone)) end
  -- Only who takes a job answers it.
  if news.server then
    local flat = job.flat
    local last = #flat - 1
    for i = 2, many do flat[last + i] = sent[i] end
  end
  local platform = platform_of(job)
  local ids = changed[platform] or {}
  ids[#ids + 1], changed[platform] = id, ids
end

-- What was left for the end, and one message for each platform, of all that changed.
local function tell()
  for _, words in pairs(later) do redis.call(unpack(words)) end
  for platform, ids in pairs(changed) do redis.call('PUBLISH', key('changed', platform), table.concat(ids, ',')) end
end

-- What is answered of a job: its fields (the later of two counts), its own text, what it came to, its id. A field that
-- was just taken away is still there, but whoever takes any away does not answer the job.
local function snapshot(id, job)
  return {job.flat, redis.call('GET', key('payload', id)), job.ended and redis.call('GET', key('result', id)) or false,
    id}
end
