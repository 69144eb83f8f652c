-- What is remembered under some keys, where the resource's counter stands, and which leases were taken.
-- KEYS: state, values..., leases...
-- ARGV: epoch to begin with, resource, number of values, lease token or '', lease ms, state ttl ms
local state, resource, values = KEYS[1], ARGV[2], tonumber(ARGV[3])
local epoch = epoch_of(state, ARGV[1], ARGV[6])
local told, taken = {}, {}
for i = 1, values do
  told[i] = redis.call('GET', KEYS[1 + i])
end
if ARGV[4] ~= '' then
  for i = 1, #KEYS - 1 - values do
    local got = redis.call('SET', KEYS[1 + values + i], ARGV[4], 'NX', 'PX', ARGV[5])
    taken[i] = got and 1 or 0
  end
end
local number = redis.call('HGET', state, 'n:' .. resource) or '0'
local floor = redis.call('HGET', state, 'f:' .. resource) or '0'
local now = redis.call('TIME')
local moment = now[1] * 1000 + math.floor(now[2] / 1000)
return {epoch, tonumber(number), tonumber(floor), moment, told, taken}
