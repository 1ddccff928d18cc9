-- Keeps a workflow's files once under their digest.
-- KEYS: the pool
-- ARGV: digest, manifest, graph
-- Complexity: O(log n) for n digests
local workflow = key('workflow', ARGV[1])
if redis.call('EXISTS', workflow) == 0 then redis.call('HSET', workflow, 'manifest', ARGV[2], 'graph', ARGV[3]) end
redis.call('ZADD', key('digests'), now(), ARGV[1])
return 1
