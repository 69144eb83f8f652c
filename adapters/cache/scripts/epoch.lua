-- Comes before the scripts that ask for it.
-- The epoch of this state, `begin` where there is none yet, or where another server wrote it: one
-- that was promoted may have lost what was forgotten last, and nothing before it is believed.
-- Where the server does not say which it is, only its state does.
local function epoch_of(state, begin, ttl)
  local told = redis.pcall('INFO', 'server')
  local server = type(told) == 'string' and string.match(told, 'run_id:(%x+)') or ''
  local known = redis.call('HMGET', state, 'epoch', 'server')
  if known[1] and (server == '' or server == known[2]) then
    return known[1]
  end
  redis.call('HSET', state, 'epoch', begin, 'server', server)
  redis.call('PEXPIRE', state, ttl)
  return begin
end
