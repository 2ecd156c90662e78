-- SPDX-License-Identifier: Apache-2.0
-- work.sql - a database that grows, is indexed, updated, grouped and checked; one line per step.
CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT, town INTEGER, money INTEGER);
CREATE TABLE town(id INTEGER PRIMARY KEY, name TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
  INSERT INTO town SELECT i, 'town' || i FROM n;
SELECT 'towns', count(*) FROM town;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
  INSERT INTO person SELECT i, 'person' || (i * 7919 % 4001), i * 31 % 40 + 1, i * i % 1009 FROM n;
SELECT 'persons', count(*), sum(money) FROM person;
CREATE INDEX person_name ON person(name);
SELECT 'found', id, money FROM person WHERE name = 'person1234';
BEGIN;
UPDATE person SET money = money + 5 WHERE town % 3 = 0;
DELETE FROM person WHERE id % 17 = 0;
COMMIT;
SELECT 'changed', count(*), sum(money) FROM person;
SELECT t.name, count(*), sum(p.money), max(p.name) FROM person p JOIN town t ON t.id = p.town
  GROUP BY t.id ORDER BY sum(p.money) DESC, t.id LIMIT 12;
BEGIN;
UPDATE person SET money = 0;
ROLLBACK;
SELECT 'rolled back', sum(money) FROM person;
CREATE TABLE copy AS SELECT * FROM person ORDER BY name;
SELECT 'copy', count(*), total(money) FROM copy;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30)
  SELECT 'step', i, (SELECT sum(money * i % 97) FROM copy WHERE id % 7 < i % 7) FROM n;
DROP TABLE copy;
VACUUM;
PRAGMA integrity_check;
