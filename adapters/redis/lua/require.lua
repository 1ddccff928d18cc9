-- Keeps what a requirement means.
-- KEYS: the pool
-- ARGV: requirement, meaning
-- Complexity: O(log n) for n requirements
redis.call('HSET', key('meanings'), ARGV[1], ARGV[2])
redis.call('ZADD', key('required'), now(), ARGV[1])
return 1
