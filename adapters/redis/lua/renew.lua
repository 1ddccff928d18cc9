-- Needs: leases, accounts, bills, writing
-- Keeps a lease for another term: 'lost', 'cancel' or 'held'. What a run takes beyond its estimate is charged at once.
-- KEYS: the pool
-- ARGV: job, fence, lease in ms, GPU milliseconds so far
-- Complexity: O(log n) for n leases and users
local id, used = ARGV[1], tonumber(ARGV[4])
local job = held(id, ARGV[2])
if not job then return 'lost' end
redis.call('ZADD', key('leases'), now() + tonumber(ARGV[3]), id)
local owed = normal(used, tonumber(job.speed or ONE))
if owed > tonumber(job.paid) then
  correct(user_of(job.t, job.u), job, owed)
  write()
end
redis.call('HSET', key('job', id), 'gpu', math.max(tonumber(job.gpu or 0), used), 'paid', job.paid)
return job.cancel and 'cancel' or 'held'
