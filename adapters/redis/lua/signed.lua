-- Who may sign in, and who has: entries of a hash that begin with when they were made, and name whose they are.

-- Removes what is too old, and of somebody's the oldest, so that one more makes no more than there may be.
local function make_room(entries, pattern, whose, life, most)
  local theirs, all = {}, redis.call('HGETALL', entries)
  for i = 1, #all, 2 do
    local at, who = string.match(all[i + 1], pattern)
    if now() - at >= tonumber(life) then
      redis.call('HDEL', entries, all[i])
    elseif who == whose then
      theirs[#theirs + 1] = {tonumber(at), all[i]}
    end
  end
  table.sort(theirs, function(a, b) return a[1] < b[1] or (a[1] == b[1] and a[2] < b[2]) end)
  for i = 1, #theirs + 1 - most do redis.call('HDEL', entries, theirs[i][2]) end
end

local LINK, SESSION = '^(%d+) (%S+) (.*)$', '^(%d+) %d+ %S+ (%S+) .*$'

-- Returns a session that is still open.
local function session_of(name, life)
  local kept = redis.call('HGET', key('sessions'), name)
  if kept and now() - string.match(kept, '^%d+') < tonumber(life) then return kept end
end
