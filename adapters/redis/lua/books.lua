-- Returns what time it is, and for each of these rule books its version, and its entries by turns with their keys where
-- that is not the known one: as they stand together, in one step.
-- KEYS: the pool
-- ARGV: for each book: tenant ('' for everywhere), known version
-- Complexity: O(n) for n entries of books that changed, else O(1)
local answer = {now()}
for i = 1, #ARGV, 2 do
  local book = ARGV[i] == '' and key('book') or key('book', ARGV[i])
  local version = redis.call('HGET', book, 'version') or '0'
  answer[#answer + 1] = version == ARGV[i + 1] and {version} or {version, redis.call('HGETALL', book)}
end
return answer
