-- 老年照护统一需求评估系统：评估机构、申请、结果。

-- Who is in the register of the elderly: the same condition stands in every story of the domain.
CREATE OR REPLACE TEMP VIEW elders AS
SELECT p.*, ref('LNR', p.n, 10) AS elder_no, date_sub('year', p.birth, c.today) AS age, least(c.today, coalesce(p.died, c.today)) AS last,
    greatest(DATE '2022-07-01', CAST(p.birth + INTERVAL 60 YEAR AS DATE)) AS since
FROM people p, clock c
WHERE date_sub('year', p.birth, least(c.today, coalesce(p.died, c.today))) >= 60 AND chance(p.n, 'elder', 0.35);

-- Who was assessed, and how: 老年津贴补贴系统 tells the same.
CREATE OR REPLACE TEMP VIEW applied AS
SELECT *, day(n, 'assessment applied', since, last) AS applied_on,
    CASE WHEN draw(n, 'ability', 10) < 2 THEN 100 ELSE between(n, 'ability level', 0, 100) END AS able,
    applied_on + 30 <= last AND NOT chance(n, 'withdrawn', 0.08) AS assessed
FROM elders WHERE chance(n, 'assessment', 0.45);

-- The more able, the closer each of the four scores to its most; with all four at their most the total is 90.
CREATE OR REPLACE TEMP VIEW assessed AS
WITH scored AS (
    SELECT *, 32 * able // 100 AS f1, 16 * able // 100 AS f2, 28 * able // 100 AS f3, 14 * able // 100 AS f4, f1 + f2 + f3 + f4 AS total,
        days_after(applied_on, between(n, 'waiting', 5, 25)) AS assessed_on
    FROM applied WHERE assessed
)
SELECT *, ref('PG', n, 10) AS result_no,
    CASE WHEN total >= 90 THEN 'A' WHEN total >= 66 THEN 'B' WHEN total >= 46 THEN 'C' WHEN total >= 30 THEN 'D' ELSE 'E' END AS level
FROM scored;

CREATE OR REPLACE TEMP VIEW pg_agency AS
SELECT number AS aid, 'PGJG' || lpad(CAST(number AS VARCHAR), 4, '0') AS acode, i.name AS aname, credit_code AS uscc,
    ref('PGZZ', number, 6) AS cert_no,
    between(number, 'assessors', 4, 30) AS assessors, d.name AS district, phone AS tel,
    pick(number, 'open', ['open', 'open', 'open', 'open', 'paused', 'closed']) AS st
FROM once, institutions i JOIN divisions d ON d.code = i.division
WHERE kind = '评估机构';

CREATE OR REPLACE TEMP VIEW pg_apply AS
SELECT n AS sid, ref('PGSQ', n, 10) AS sno, elder_no, applied_on AS sdate, pick(n, 'via', ['CK', 'CK', 'WS', 'APP', 'DH', 'SM']) AS via,
    'JD' || division || lpad(CAST(between(n, 'street', 1, 12) AS VARCHAR), 3, '0') AS street, pick(n, 'kind', [0, 0, 0, 1, 2, 3]) AS kind,
    CASE WHEN assessed THEN 'WC' WHEN chance(n, 'withdrawn', 0.08) THEN 'CH' ELSE pick(n, 'stage', ['SL', 'PG']) END AS st,
    saved(CASE WHEN assessed THEN days_after(applied_on, 26) ELSE applied_on END, n, 'pg_apply') AS upd
FROM applied;

CREATE OR REPLACE TEMP VIEW pg_result AS
SELECT n AS rid, result_no AS rno, n AS sid, institution('评估机构', n).number AS aid,
    named(n, 'first assessor') || '/' || named(n, 'second assessor') || '文' AS pgy, d8(assessed_on) AS pgrq, f1, f2, f3, f4, level AS lvl,
    pick(n, 'months', [12, 24, 24]) AS yxq, 'N' AS void, saved(assessed_on, n, 'pg_result') AS upd
FROM assessed;
