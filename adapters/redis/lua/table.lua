-- Returns the lanes as they are laid: version, servers and lanes by turns, requirements and their lanes by turns.
-- KEYS: the pool
-- ARGV: nothing
-- Complexity: O(n) for n servers and requirements
local version = tonumber(redis.call('HGET', key('pool'), 'version') or 0)
return {version, redis.call('HGETALL', key('lane_of')), redis.call('HGETALL', key('routes'))}
