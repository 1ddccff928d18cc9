-- Needs: auditing
-- Changes a rule book and appends to the audit, if it still has the version that this was decided by; once for each nonce.
-- Returns what became of it (1: done, now or before; 0: changed since; -1: full), its version, and keys and entries.
-- KEYS: the pool
-- ARGV: tenant ('' for everywhere), nonce, how long that is remembered in ms, version, audit entry as JSON, its life in ms,
-- most of a tenant, most of all, most entries, how many are put, key, entry as JSON …, keys to drop …
-- Complexity: O(n) for n entries
local book = ARGV[1] == '' and key('book') or key('book', ARGV[1])
local function answer(outcome)
  return {outcome, redis.call('HGET', book, 'version') or '0', redis.call('HGETALL', book)}
end
if is_done(ARGV[2]) then return answer(1) end
if (redis.call('HGET', book, 'version') or '0') ~= ARGV[4] then return answer(0) end

local puts = 10 + 2 * tonumber(ARGV[10])
local more = 0
for i = 11, puts, 2 do more = more + 1 - redis.call('HEXISTS', book, ARGV[i]) end
for i = puts + 1, #ARGV do more = more - redis.call('HEXISTS', book, ARGV[i]) end
-- One field is the version. What makes room is never refused.
if more > 0 and redis.call('HLEN', book) - 1 + more > tonumber(ARGV[9]) then return answer(-1) end

for i = puts + 1, #ARGV do redis.call('HDEL', book, ARGV[i]) end
for i = 11, puts, 2 do redis.call('HSET', book, ARGV[i], ARGV[i + 1]) end
redis.call('HINCRBY', book, 'version', 1)
remember(ARGV[2], ARGV[3])
audit(ARGV[1], ARGV[5], ARGV[6], ARGV[7], ARGV[8])
return answer(1)
