"""What Redis does in one step: Lua, run by the server without anything in between.

Records are made in Python and compared as text: a script replaces one only if it is still
the text that was read. Times are the server's own, so clocks of workers do not matter.
"""

# Keys are: job, idempotency, numbers, owner, queued, uses, unfinished of the owner.
# Arguments are: id, record, plan, stage, command, created, uses, fingerprint, beginning of
#       job names, how many unfinished jobs the owner may have or ''
# Answer: 'added', or 'known' or 'conflict' with the id that the idempotency key names, or
#       'full'.
ADD = """
local id, record, plan, stage, command, created, uses, fingerprint, jobs, most = unpack(ARGV)
if fingerprint ~= '' then
  local known = redis.call('HMGET', KEYS[2], 'fingerprint', 'job_id')
  if known[1] and redis.call('EXISTS', jobs .. known[2]) == 1 then
    return {known[1] == fingerprint and 'known' or 'conflict', known[2]}
  end
end
if most ~= '' and redis.call('SCARD', KEYS[7]) >= tonumber(most) then return {'full', ''} end
if fingerprint ~= '' then
  redis.call('HSET', KEYS[2], 'fingerprint', fingerprint, 'job_id', id)
end
redis.call('SADD', KEYS[7], id)
local number = redis.call('INCR', KEYS[3])
redis.call('HSET', KEYS[1], 'record', record, 'plan', plan, 'status', 'queued', 'runner', '',
  'number', number, 'stage', stage, 'command', command, 'created', created,
  'owner', KEYS[4], 'idempotency', KEYS[2], 'unfinished', KEYS[7])
redis.call('ZADD', KEYS[4], number, id)
redis.call('ZADD', KEYS[5], number, id)
if uses ~= '[]' then redis.call('HSET', KEYS[6], id, uses) end
return {'added', id}
"""

# Keys are: job, queued, running, finished, uses, callbacks.
# Arguments are: id, record and runner as they were read, record, status and runner as they become,
#       length of the new lease or '', time of the end or '' when there is nothing to remove,
#       when the callback is due or ''
# Answer: 1 when it was replaced, 0 when it had changed meanwhile.
REPLACE = """
local job, queued, running, finished, uses, callbacks = unpack(KEYS)
local id, read, holder, record, status, runner, lease, ended, due = unpack(ARGV)
local found = redis.call('HMGET', job, 'record', 'runner', 'number', 'unfinished')
if found[1] ~= read or found[2] ~= holder then return 0 end
redis.call('HSET', job, 'record', record, 'status', status, 'runner', runner)
redis.call('ZREM', queued, id)
redis.call('ZREM', finished, id)
redis.call('ZREM', callbacks, id)
if status ~= 'running' then redis.call('ZREM', running, id) end
if status == 'queued' then
  redis.call('ZADD', queued, found[3], id)
elseif status == 'running' then
  if lease ~= '' then
    local time = redis.call('TIME')
    redis.call('ZADD', running, time[1] + time[2] / 1e6 + lease, id)
  end
else
  redis.call('HDEL', job, 'plan')
  redis.call('HDEL', uses, id)
  if found[4] then redis.call('SREM', found[4], id) end
  if ended ~= '' then redis.call('ZADD', finished, ended, id) end
  if due ~= '' then redis.call('ZADD', callbacks, due, id) end
end
return 1
"""

# Keys are: stored bytes of the owner, owners of uploads.
# Arguments are: upload, bytes, most bytes of all
# Answer: 1 when they are counted, 0 when they would be too many.
RESERVE = """
local upload, size, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local before = tonumber(redis.call('HGET', KEYS[1], upload)) or 0
local sum = size - before
for _, bytes in ipairs(redis.call('HVALS', KEYS[1])) do sum = sum + bytes end
if sum > most and size > before then return 0 end
redis.call('HSET', KEYS[1], upload, string.format('%d', size))
redis.call('HSET', KEYS[2], upload, KEYS[1])
return 1
"""

# Keys are: owners of uploads.
# Arguments are: uploads
RELEASE = """
for _, upload in ipairs(ARGV) do
  local stored = redis.call('HGET', KEYS[1], upload)
  if stored then
    redis.call('HDEL', stored, upload)
    redis.call('HDEL', KEYS[1], upload)
  end
end
"""

# Keys are: open streams of an owner.
# Arguments are: stream, for how many seconds it counts, how many the owner may have or ''
# Answer: 1 when it is counted, 0 when it would be one too many.
COUNT_STREAM = """
local time = redis.call('TIME')
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. time[1])
if ARGV[3] ~= '' and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[1], time[1] + ARGV[2], ARGV[1])
if tonumber(ARGV[2]) > 0 then redis.call('EXPIRE', KEYS[1], math.ceil(ARGV[2])) end
return 1
"""

# Keys are: servers on one network.
# Arguments are: server, for how many seconds it is known, its ports in one text
NOTE_LISTENER = """
local until_then = redis.call('TIME')[1] + ARGV[2]
redis.call('HSET', KEYS[1], ARGV[1], string.format('%d', until_then) .. ' ' .. ARGV[3])
redis.call('EXPIRE', KEYS[1], 86400)
"""

# Keys are: servers on one network.
# Arguments are: server that asks
# Answer: the ports of each other server that is known.
OTHER_LISTENERS = """
local now = tonumber(redis.call('TIME')[1])
local found = {}
local servers = redis.call('HGETALL', KEYS[1])
for i = 1, #servers, 2 do
  local until_then, ports = string.match(servers[i + 1], '^(%d+) (.*)$')
  if tonumber(until_then) < now then
    redis.call('HDEL', KEYS[1], servers[i])
  elseif servers[i] ~= ARGV[1] then
    found[#found + 1] = ports
  end
end
return found
"""

# Keys are: running.
# Arguments are: runner, length of the lease, beginning of job names, ids
# Answer: the record of each job that the runner still holds, '' for the others.
RENEW = """
local time = redis.call('TIME')
local until_then = time[1] + time[2] / 1e6 + ARGV[2]
local records = {}
for i = 4, #ARGV do
  local job = redis.call('HMGET', ARGV[3] .. ARGV[i], 'record', 'status', 'runner')
  if job[2] == 'running' and job[3] == ARGV[1] then
    redis.call('ZADD', KEYS[1], until_then, ARGV[i])
    records[i - 3] = job[1]
  else
    records[i - 3] = ''
  end
end
return records
"""

# Keys are: running, swept.
# Arguments are: how long nobody may have looked, length of the lease that is given then
# Answer: ids of jobs whose lease ran out. If nobody has looked for long, Redis or every
# sweeper was away: runners that live get the time of a lease to renew theirs.
OVERDUE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local overdue = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. now)
local before = redis.call('GET', KEYS[2])
redis.call('SET', KEYS[2], string.format('%.6f', now))
if not before or now - before <= tonumber(ARGV[1]) then return overdue end
for _, id in ipairs(overdue) do redis.call('ZADD', KEYS[1], now + ARGV[2], id) end
return {}
"""

# Keys are: callbacks.
# Arguments are: now, until when they are taken, how many, beginning of job names.
# Answer: records of the jobs whose callback is due.
TAKE_CALLBACKS = """
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
local records = {}
for i, id in ipairs(ids) do
  redis.call('ZADD', KEYS[1], ARGV[2], id)
  records[i] = redis.call('HGET', ARGV[4] .. id, 'record')
end
return records
"""

# Keys are: owner.
# Arguments are: beginning of job names, number below which to begin, how many to find, how many to
#       look at, status, stage, command, since, until ('' for any)
# Answer: number at which it stopped looking, '' at the end; number and record of each job.
PAGE = """
local jobs, below, wanted, looks, status, stage, command, since, til = unpack(ARGV)
local ids = redis.call('ZREVRANGEBYSCORE', KEYS[1], below, '-inf', 'WITHSCORES', 'LIMIT', 0, looks)
local found = {}
for i = 1, #ids, 2 do
  local job = redis.call('HMGET', jobs .. ids[i], 'record', 'status', 'stage', 'command', 'created')
  if job[1] and (status == '' or job[2] == status) and (stage == '' or job[3] == stage)
    and (command == '' or job[4] == command)
    and (since == '' or tonumber(job[5]) >= tonumber(since))
    and (til == '' or tonumber(job[5]) < tonumber(til)) then
    found[#found + 1] = ids[i + 1]
    found[#found + 1] = job[1]
    if #found == 2 * tonumber(wanted) then return {ids[i + 1], found} end
  end
end
return {#ids < 2 * tonumber(looks) and '' or ids[#ids], found}
"""

# Keys are: frames, their state.
# Arguments are: frame, token of this attempt, 1 when it is the final frame, number of the
#       first frame, how many bytes to keep, seconds to keep them after the end
# Answer: number of the frame, 0 when there was a final one or this very frame before.
APPEND = """
local frame, token, is_final, first, kept, ttl = unpack(ARGV)
local state = redis.call('HMGET', KEYS[2], 'seq', 'final', 'token')
if state[2] or state[3] == token then return 0 end
local seq = (tonumber(state[1]) or tonumber(first)) + 1
redis.call('XADD', KEYS[1], seq .. '-0', 'frame', frame)
redis.call('HSET', KEYS[2], 'seq', seq, 'token', token)
local bytes = redis.call('HINCRBY', KEYS[2], 'bytes', #frame)
while bytes > tonumber(kept) do
  local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
  if oldest[1] == seq .. '-0' then break end
  redis.call('XDEL', KEYS[1], oldest[1])
  bytes = redis.call('HINCRBY', KEYS[2], 'bytes', -#oldest[2][2])
end
if is_final == '1' then
  redis.call('HSET', KEYS[2], 'final', 1)
  redis.call('EXPIRE', KEYS[1], ttl)
  redis.call('EXPIRE', KEYS[2], ttl)
end
redis.call('PUBLISH', KEYS[1], seq .. ' ' .. frame)
return seq
"""
