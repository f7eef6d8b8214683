-- 居家养老服务平台：服务商、订单、适老化改造。

-- Who is in the register of the elderly: the same condition stands in every story of the domain.
CREATE OR REPLACE TEMP VIEW elders AS
SELECT p.*, ref('LNR', p.n, 10) AS elder_no, date_sub('year', p.birth, c.today) AS age, least(c.today, coalesce(p.died, c.today)) AS last,
    greatest(DATE '2022-07-01', CAST(p.birth + INTERVAL 60 YEAR AS DATE)) AS since
FROM people p, clock c
WHERE date_sub('year', p.birth, least(c.today, coalesce(p.died, c.today))) >= 60 AND chance(p.n, 'elder', 0.35);

CREATE OR REPLACE TEMP VIEW svc_provider AS
SELECT number AS pid, ref('FWS', number, 6) AS code, name, credit_code AS uscc,
    pick(number, 'category', ['ZH', 'ZC', 'ZY', 'ZJ', 'ZX', 'YL', 'JJ', 'XF', 'KF', 'XL']) AS category, division || '000000' AS region,
    named(number, 'contact') || ' 1390000' || lpad(CAST(number AS VARCHAR), 4, '0') AS contact,
    dash(day(number, 'signed', DATE '2021-01-04', DATE '2025-12-31')) AS signed_on, chance(number, 'active', 0.9) AS active,
    saved(day(number, 'signed', DATE '2021-01-04', DATE '2025-12-31'), number, 'svc_provider') AS updated_at
FROM once, institutions WHERE kind = '企业';

CREATE OR REPLACE TEMP VIEW ordered AS
SELECT n * 10 + k AS id, n, elder_no, day(n * 10 + k, 'ordered', greatest(since, last - 500), last - 3) AS day
FROM elders, (SELECT unnest([1, 2, 3]) AS k)
WHERE since <= last - 3 AND chance(n, 'orders', 0.35);

CREATE OR REPLACE TEMP VIEW svc_order AS
SELECT id AS oid, ref('DD', id, 12) AS order_no, elder_no, institution('企业', id).number AS pid,
    pick(id, 'item', ['ZC', 'ZC', 'ZC', 'ZY', 'ZJ', 'ZX', 'YL', 'JJ', 'XF', 'XF', 'KF', 'XL']) AS item,
    at_work(day, id, 'placed') AS placed_at,
    CASE WHEN chance(id, 'served', 0.9) THEN at_work(days_after(day, between(id, 'wait', 1, 3)), id, 'served at') END AS served_at,
    between(id, 'price', 10, 300) * 100 AS amount, amount * pick(id, 'share', [0, 0, 30, 50, 100]) // 100 AS subsidy,
    CASE WHEN served_at IS NOT NULL AND chance(id, 'rated', 0.5) THEN pick(id, 'stars', [5, 5, 5, 4, 4, 3, 2, 1]) ELSE 0 END AS stars,
    'F' AS cancelled, saved(coalesce(CAST(served_at AS DATE), day), id, 'svc_order') AS updated_at
FROM ordered;

CREATE OR REPLACE TEMP VIEW home_adapt AS
WITH adapted AS (
    SELECT n, elder_no, pick(n, 'stage', [0, 1, 2, 2, 2, 2, 9]) AS st, day(n, 'checked', least(since + 30, last), last) AS day,
        yuan(n, 'adaptation', 800, 9000) AS amount
    FROM elders WHERE chance(n, 'adaptation', 0.3)
)
SELECT n AS hid, ref('GZ', n, 10) AS hno, elder_no, pick(n, 'adapted', ['防滑', '门槛', '卧室', '卫浴', '厨房', '光环境', '辅具', '家床']) AS item,
    CASE WHEN st <> 0 THEN institution('企业', n).name END AS builder, CASE WHEN st = 2 THEN day END AS checked_on, amount,
    least(amount, CAST(amount * pick(n, 'help', [40, 60, 100]) / 100 AS DECIMAL(12, 2))) AS subsidy, st,
    saved(day, n, 'home_adapt') AS updated_at
FROM adapted;
