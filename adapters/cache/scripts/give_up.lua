-- Deletes each lease that is still held under this token.
-- KEYS: leases...; ARGV: token
for i = 1, #KEYS do
  if redis.call('GET', KEYS[i]) == ARGV[1] then
    redis.call('DEL', KEYS[i])
  end
end
return 1
