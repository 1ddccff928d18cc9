-- Needs: auditing
-- Appends to the audit, once for each nonce, as long as that is remembered.
-- KEYS: the pool
-- ARGV: tenant ('' for everywhere), entry as JSON, nonce, for how long it is remembered in ms, life of an entry in ms, most
-- of a tenant, most of all
-- Complexity: O(log n) for n entries, and as many as go
local nonce, life = key('nonce', ARGV[3]), tonumber(ARGV[4])
if tonumber(redis.call('GET', nonce) or 0) > now() then return 0 end
redis.call('SET', nonce, string.format('%.0f', now() + life), 'PX', ARGV[4])
audit(ARGV[1], ARGV[2], ARGV[5], ARGV[6], ARGV[7])
return 1
