-- Needs: calls, claiming, writing
-- Takes the job whose turn it is in a server's lane; a nonce that a server used gets its first answer while that lease
-- lives.
-- Answers the lane, and if there is a job: the end of the lease, the job, whether the server holds others ('1').
-- KEYS: the pool
-- ARGV: for each call: server, nonce, lease in ms, speed, job and fence of the lease that is about to end ('' for none),
--       loaded models …
-- Complexity: O(log n) for n waiting users, and the number of the user's requirements and of loaded models, for each
local answers = each(claim)
write()
wake()
tell()
return answers
