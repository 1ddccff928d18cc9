-- Forgets what GPU time somebody used in a tenant.
-- KEYS: the pool
-- ARGV: tenant, user
-- Complexity: O(k) for k hours that are kept
for hour = now() - now() % HOUR - HOURS_KEPT, now(), HOUR do
  redis.call('HDEL', key('used', ARGV[1] .. ':' .. string.format('%.0f', hour)), ARGV[2])
end
return 1
