-- Puts away each part of a fill that was not forgotten since the fill began, and gives leases up.
-- KEYS: state, then a value and its mark for each part (rows first, then questions), then leases...
-- ARGV: epoch, number, resource, parts, rows among them, lease token,
--       hold ms, mark ttl ms, state ttl ms, then bytes and ttl ms for each part
-- Answers for each part: 0 refused, 1 kept, 2 kept for the time of the hold; nothing where the
-- epoch is another.
local state, resource = KEYS[1], ARGV[3]
local parts, rows = tonumber(ARGV[4]), tonumber(ARGV[5])
for i = 2 + 2 * parts, #KEYS do
  if redis.call('GET', KEYS[i]) == ARGV[6] then
    redis.call('DEL', KEYS[i])
  end
end
if redis.call('HGET', state, 'epoch') ~= ARGV[1] then
  return {}
end
local began, hold, marks = tonumber(ARGV[2]), tonumber(ARGV[7]), tonumber(ARGV[8])
local floor = tonumber(redis.call('HGET', state, 'f:' .. resource) or '0')
local now = redis.call('TIME')
local moment = now[1] * 1000 + math.floor(now[2] / 1000)
local swept = tonumber(redis.call('HGET', state, 'h:' .. resource) or '0')
local outcome = {}
for i = 1, parts do
  local value, mark = KEYS[2 * i], KEYS[2 * i + 1]
  local number = redis.call('GET', mark)
  local is_question = i > rows
  if (number and tonumber(number) > began) or (is_question and floor > began) then
    outcome[i] = 0
  else
    local held = number and redis.call('PTTL', mark) > marks - hold
    held = held or (is_question and moment - swept < hold)
    redis.call('SET', value, (held and 'h' or 'k') .. ARGV[8 + 2 * i],
      'PX', held and ARGV[7] or ARGV[9 + 2 * i])
    outcome[i] = held and 2 or 1
  end
end
redis.call('PEXPIRE', state, ARGV[9])
return outcome
