-- SPDX-License-Identifier: Apache-2.0
-- work.lua - strings, tables, closures, sorting and garbage, ROUNDS times. Its output depends on
-- ROUNDS alone: nothing is printed in the order of pairs().

local state = 1
local function random(n)
  state = (state * 1103515245 + 12345) & 0x7fffffff
  return state % n + 1
end

local Account = {}
Account.__index = Account
function Account.new(name) return setmetatable({name = name, balance = 0, log = {}}, Account) end
function Account:add(amount)
  self.balance = self.balance + amount
  self.log[#self.log + 1] = string.format("%s:%+d", self.name, amount)
end

local accounts = {}
for i = 1, 50 do accounts[i] = Account.new("account" .. i) end

local function words(text)
  local seen, list = {}, {}
  for word in text:gmatch("%a+") do
    if not seen[word] then list[#list + 1] = word end
    seen[word] = (seen[word] or 0) + 1
  end
  table.sort(list, function(a, b)
    if seen[a] ~= seen[b] then return seen[a] > seen[b] end
    return a < b
  end)
  return list, seen
end

local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end

for round = 1, ROUNDS or 20 do
  local parts = {}
  for i = 1, 400 do
    local account = accounts[random(50)]
    account:add(random(200) - 100)
    parts[#parts + 1] = ("w%s"):format(string.char(96 + random(26)):rep(random(3)))
  end
  local list, seen = words(table.concat(parts, " "))
  table.sort(accounts, function(a, b)
    if a.balance ~= b.balance then return a.balance < b.balance end
    return a.name < b.name
  end)
  local sum = 0
  for i, account in ipairs(accounts) do sum = (sum * 31 + i * account.balance) % 1000000007 end
  print(round, list[1], seen[list[1]], #list, accounts[1].name, accounts[50].balance, sum,
        fib(12 + round % 6), string.format("%.6f", math.sin(round) * math.sqrt(sum)))
end
print("done", state)
