-- Needs: auditing
-- Appends to the audit, once for each nonce, as long as that is remembered.
-- KEYS: the pool
-- ARGV: tenant ('' for everywhere), entry as JSON, nonce, for how long it is remembered in ms, life of an entry in ms, most
-- of a tenant, most of all
-- Complexity: O(log n) for n entries, and as many as go
if is_done(ARGV[3]) then return 0 end
remember(ARGV[3], ARGV[4])
audit(ARGV[1], ARGV[2], ARGV[5], ARGV[6], ARGV[7])
return 1
