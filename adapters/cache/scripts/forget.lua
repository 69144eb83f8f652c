-- Forgets records and questions, and tells every worker.
-- KEYS: state, then a value and its mark for each, then leases...
-- ARGV: epoch to begin with, resource, how many, 1 for every question of the resource,
--       mark ttl ms, state ttl ms, channel, what to tell
local state, resource, many = KEYS[1], ARGV[2], tonumber(ARGV[3])
local epoch = epoch_of(state, ARGV[1], ARGV[6])
local number = redis.call('HINCRBY', state, 'n:' .. resource, 1)
for i = 1, many do
  redis.call('DEL', KEYS[2 * i])
  redis.call('SET', KEYS[2 * i + 1], number, 'PX', ARGV[5])
end
for i = 2 + 2 * many, #KEYS do
  redis.call('DEL', KEYS[i])
end
if ARGV[4] == '1' then
  local now = redis.call('TIME')
  redis.call('HSET', state, 'f:' .. resource, number,
    'h:' .. resource, now[1] * 1000 + math.floor(now[2] / 1000))
end
redis.call('PEXPIRE', state, ARGV[6])
redis.call('PUBLISH', ARGV[7], epoch .. ' ' .. number .. ' ' .. ARGV[8])
return {epoch, number}
