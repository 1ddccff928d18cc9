"""A whole pool, on a real store, in front of servers that fail: what becomes of the job, of the server, of others."""
