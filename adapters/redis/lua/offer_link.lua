-- Needs: signed
-- Keeps a link that lets somebody in once.
-- KEYS: the pool
-- ARGV: link, whose, who they are as JSON, life in ms, most of one person
-- Complexity: O(n) for n links that wait
local links = key('links')
redis.call('HDEL', links, ARGV[1])
make_room(links, LINK, ARGV[2], ARGV[4], ARGV[5])
redis.call('HSET', links, ARGV[1], string.format('%.0f %s %s', now(), ARGV[2], ARGV[3]))
redis.call('PEXPIRE', links, ARGV[4])
return 1
