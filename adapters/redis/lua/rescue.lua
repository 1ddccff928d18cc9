-- Needs: jobs, endings
-- Puts jobs whose lease has run out back at their old place, at the cost of an attempt; says which.
-- KEYS: the pool
-- ARGV: attempts, code and result of the last one, how many at most
-- Complexity: O(k log n) for k rescued of n jobs
local late, jobs = {}, {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', key('leases'), '-inf', now(), 'LIMIT', 0, ARGV[4])) do
  jobs[id] = job_of(id)
  late[#late + 1] = id
end
-- In the order in which they came, whoever held them.
table.sort(late, function(a, b) return number_of(jobs[a]) < number_of(jobs[b]) end)
for _, id in ipairs(late) do hand_back(id, jobs[id], true, tonumber(ARGV[1]), ARGV[2], ARGV[3], {}) end
write()
wake()
return late
