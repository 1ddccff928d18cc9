-- Calls that were made at the same time, in one script: accounts that they share are read once and written once.

-- Answers each call by itself. ARGV: for each call the number of its arguments, and these.
local function each(call)
  local answers, at = {}, 1
  while ARGV[at] do
    local last = at + ARGV[at]
    answers[#answers + 1] = call(unpack(ARGV, at + 1, last))
    at = last + 1
  end
  return answers
end
