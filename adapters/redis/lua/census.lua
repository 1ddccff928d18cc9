-- Whose jobs are listed. ARGV of such a script begins with a tenant, a platform and a user, '' for each that may be any.

local tenant, platform, user = unpack(ARGV, 1, 3)
local function is_meant(where, who)
  return where and (tenant == '' or where == tenant) and (platform == '' or string.match(where, '^[^/]*') == platform)
    and (user == '' or who == user)
end
