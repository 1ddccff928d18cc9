-- Needs: census
-- Lists the jobs that wait or are held: of a tenant, of a platform, of somebody, or any.
-- KEYS: the pool
-- ARGV: tenant, platform, user ('' for each that may be any)
-- Complexity: O(n) for n active users and held jobs
local found = {}
for _, whole in ipairs(redis.call('ZRANGE', key('active'), 0, -1)) do
  if is_meant(string.match(whole, '^(.*)/([^/]*)$')) then
    for _, field in ipairs(redis.call('HKEYS', key('user', whole))) do
      local requirement = string.match(field, '^%+(.*)$')
      local waiting = requirement and redis.call('ZRANGE', key('queue', whole .. ':' .. requirement), 0, -1) or {}
      for _, id in ipairs(waiting) do found[#found + 1] = id end
    end
  end
end
for _, id in ipairs(redis.call('ZRANGE', key('leases'), 0, -1)) do
  local job = redis.call('HMGET', key('job', id), 't', 'u')
  if is_meant(job[1], job[2]) then found[#found + 1] = id end
end
return found
