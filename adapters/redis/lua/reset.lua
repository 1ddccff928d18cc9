-- Needs: charges
-- Forgets what was used of counters; what is held by jobs that have not ended stays.
-- KEYS: the pool
-- ARGV: counters
-- Complexity: O(n) for n spans of all
for _, name in ipairs(ARGV) do
  local counter = spans_of(key('counter', name))
  for _, each in ipairs(counter.ends) do
    local ends = string.format('%.0f', each)
    local held = counter.held[each] or 0
    if held > 0 then
      redis.call('HSET', counter.at, ends, held)
    else
      redis.call('HDEL', counter.at, ends, 'h' .. ends)
    end
  end
end
return 1
