-- Jobs: read whole, changed in one write with all that every durable change brings along.
-- A job is a table of its fields as text; what is absent is at its default, so that a waiting job stays small.

local function job_of(id)
  local flat, job = redis.call('HGETALL', key('job', id)), {}
  for i = 1, #flat, 2 do job[flat[i]] = flat[i + 1] end
  return flat[1] and job
end

local function platform_of(job)
  return job.platform or string.match(job.tenant, '^[^/]*')
end

-- Its number in the queue: the place without the priority.
local function number_of(job)
  return tonumber(job.place) % PRIORITY_STEP
end

-- A new revision, a mark on the board, a hint; false in news takes a field away.
local function change(id, job, news)
  local set, gone = {key('job', id)}, {key('job', id)}
  news.rev = (job.rev or 1) + 1
  for field, value in pairs(news) do
    if value then
      set[#set + 1], set[#set + 2] = field, value
      job[field] = value
    elseif job[field] then
      gone[#gone + 1] = field
      job[field] = nil
    end
  end
  redis.call('HSET', unpack(set))
  if #gone > 1 then redis.call('HDEL', unpack(gone)) end
  local platform = platform_of(job)
  redis.call('ZADD', key('board', platform), number_of(job), id)
  redis.call('PUBLISH', key('changed', platform), id)
end

-- What is answered of a job: its fields, its own text, what it came to, its id.
local function snapshot(id, job)
  local flat = {}
  for field, value in pairs(job) do
    flat[#flat + 1] = field
    flat[#flat + 1] = type(value) == 'number' and string.format('%.0f', value) or value
  end
  return {flat, redis.call('GET', key('payload', id)), job.ended and redis.call('GET', key('result', id)) or false,
    id}
end
