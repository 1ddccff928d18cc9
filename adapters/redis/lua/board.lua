-- The board of a platform in leaves of so many numbers, for small sets are kept in a third of the memory; the pages of a
-- board are the leaves that have anything on them.

local function leaf_of(platform, number)
  local leaf = math.floor(number / LEAF)
  return key('board', platform .. ':' .. leaf), leaf
end

local function put_on_board(platform, number, id)
  local at, leaf = leaf_of(platform, number)
  if redis.call('ZADD', at, number, id) == 1 then redis.call('ZADD', key('pages', platform), leaf, leaf) end
end

local function take_off_leaf(platform, leaf, id)
  local at = key('board', platform .. ':' .. leaf)
  if redis.call('ZREM', at, id) == 1 and redis.call('EXISTS', at) == 0 then
    redis.call('ZREM', key('pages', platform), leaf)
  end
end

local function take_off_board(platform, number, id)
  local _, leaf = leaf_of(platform, number)
  take_off_leaf(platform, leaf, id)
end
