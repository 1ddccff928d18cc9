-- Needs: jobs, files, auditing
-- Notes what a moderator decided about what a job made, once, with its entry in the audit; the same nonce gets the same
-- answer again. The files that go are noted, unless somebody else refers to them.
-- KEYS: the pool
-- ARGV: job, decision and nonce, result (JSON), the audit's tenant, entry as JSON, its life in ms, most of a tenant, most of
--       all, bytes of the files that go, their keys …
-- Complexity: O(log n) for n jobs, and the number of its files
local id, decided = ARGV[1], ARGV[2]
local job = job_of(id)
if not job then return 0 end
if job.review == decided then return 1 end
-- Whoever asked deleted it: letting it pass would put it up again.
if job.evidence then return 0 end
if job.review ~= '1' or job.state ~= 'succeeded' then return 0 end

redis.call('SET', key('result', id), ARGV[3])
redis.call('ZREM', key('review'), id)
redis.call('ZREM', key('review', job.t), id)
for i = 10, #ARGV do
  redis.call('LREM', key('references', id), 1, ARGV[i])
  let_go_of(ARGV[i])
end
local news = {review = decided}
if ARGV[9] ~= '0' then
  news.bytes = string.format('%.0f', job.bytes - ARGV[9])
  redis.call('HINCRBY', key('pool'), 'bytes', '-' .. ARGV[9])
end
change(id, job, news)
audit(ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8])
tell()
return 1
