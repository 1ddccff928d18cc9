-- Needs: jobs, endings, writing
-- Puts jobs whose lease has run out back at their old place, at the cost of an attempt; says which. A lease that no held
-- job belongs to is taken away: it would be first for ever.
-- KEYS: the pool
-- ARGV: attempts, code and result of the last one, how many at most
-- Complexity: O(k log n) for k rescued of n jobs
local late, jobs = {}, {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', key('leases'), '-inf', now(), 'LIMIT', 0, ARGV[4])) do
  local job = job_of(id)
  if job and job.server then
    jobs[id] = job
    late[#late + 1] = id
  else
    redis.call('ZREM', key('leases'), id)
  end
end
-- In the order in which they came, whoever held them.
table.sort(late, function(a, b) return number_of(jobs[a]) < number_of(jobs[b]) end)
for _, id in ipairs(late) do hand_back(id, jobs[id], true, tonumber(ARGV[1]), ARGV[2], ARGV[3], {}) end
write()
wake()
tell()
return late
