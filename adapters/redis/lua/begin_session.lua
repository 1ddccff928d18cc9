-- Needs: signed
-- Consumes a link and begins a session with it, or finds the one that began with it.
-- KEYS: the pool
-- ARGV: link, session, life of a link in ms, life of a session in ms, most of one person
-- Complexity: O(n) for n sessions
local links, sessions = key('links'), key('sessions')
local before = session_of(ARGV[2], ARGV[4])
if before then
  if string.match(before, '^%d+ %d+ (%S+) ') == ARGV[1] then return before end
  return nil
end
local offered = redis.call('HGET', links, ARGV[1])
if not offered then return nil end
redis.call('HDEL', links, ARGV[1])
local at, whose, actor = string.match(offered, LINK)
if now() - at >= tonumber(ARGV[3]) then return nil end
make_room(sessions, SESSION, whose, ARGV[4], ARGV[5])
local session = string.format('%.0f %s %s %s %s', now(), at, ARGV[1], whose, actor)
redis.call('HSET', sessions, ARGV[2], session)
redis.call('PEXPIRE', sessions, ARGV[4])
return session
