-- Keeps a lease for another term: 'lost', 'cancel' or 'held'.
-- KEYS: the pool
-- ARGV: job, fence, lease in ms, GPU milliseconds so far
-- Complexity: O(log n) for n leases
local id, job = ARGV[1], key('job', ARGV[1])
if not holds(id, ARGV[2]) then return 'lost' end
redis.call('ZADD', key('leases'), now() + tonumber(ARGV[3]), id)
local about = redis.call('HMGET', job, 'gpu', 'cancel')
redis.call('HSET', job, 'gpu', math.max(tonumber(about[1] or 0), tonumber(ARGV[4])))
return about[2] == '1' and 'cancel' or 'held'
