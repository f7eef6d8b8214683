-- 老年津贴补贴系统：对象、申请、按月发放、失能护理补贴。

-- Who is in the register of the elderly: the same condition stands in every story of the domain.
CREATE OR REPLACE TEMP VIEW elders AS
SELECT p.*, ref('LNR', p.n, 10) AS elder_no, date_sub('year', p.birth, c.today) AS age, least(c.today, coalesce(p.died, c.today)) AS last,
    greatest(DATE '2022-07-01', CAST(p.birth + INTERVAL 60 YEAR AS DATE)) AS since
FROM people p, clock c
WHERE date_sub('year', p.birth, least(c.today, coalesce(p.died, c.today))) >= 60 AND chance(p.n, 'elder', 0.35);

-- Who was assessed, and how: 老年照护统一需求评估系统 tells the same.
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

-- An allowance begins a month after it was granted, ends with the month of death, and is paid in the months between.
CREATE OR REPLACE TEMP VIEW receivers AS
WITH entitled AS (
    SELECT *, CASE WHEN age >= 80 THEN 'GL' ELSE pick(n, 'allowance kind', ['KN', 'SN']) END AS kind,
        CASE WHEN age >= 80 THEN greatest(since, CAST(birth + INTERVAL 80 YEAR AS DATE)) ELSE since END AS entitled_on
    FROM elders WHERE chance(n, 'allowance', CASE WHEN age >= 80 THEN 0.8 ELSE 0.3 END)
)
SELECT *, day(n, 'allowance applied', entitled_on, greatest(entitled_on, last - 90)) AS asked_on,
    days_after(asked_on, between(n, 'reviewed', 5, 20)) AS reviewed_on,
    CAST(date_trunc('month', reviewed_on) + INTERVAL 1 MONTH AS DATE) AS first_month,
    died IS NULL AND chance(n, 'stopped', 0.08) AS stopped,
    CASE WHEN died IS NOT NULL OR stopped THEN CAST(date_trunc('month', last) AS DATE) END AS last_month,
    CASE WHEN age >= 100 THEN '100' WHEN age >= 90 THEN '90' WHEN age >= 80 THEN '80' WHEN age >= 70 THEN '70' ELSE '60' END AS band,
    CASE kind WHEN 'GL' THEN CASE band WHEN '100' THEN 80000 WHEN '90' THEN 50000 ELSE 10000 END
        WHEN 'KN' THEN pick(n, 'rate', [10000, 20000, 30000])
        ELSE pick(n, 'rate', [20000, 40000, 60000]) END AS rate
FROM entitled
WHERE reviewed_on <= last AND first_month <= date_trunc('month', last);

CREATE OR REPLACE TEMP VIEW jtbt_ry AS
SELECT n AS ryid, elder_no AS lnrbh, name AS xm, lower(id_number) AS sfzh, division AS hjqh, bank_account AS yhkh FROM receivers;

CREATE OR REPLACE TEMP VIEW jtbt_dx AS
SELECT n AS dxid, ref('JT', n, 10) AS dxbh, n AS ryid, kind AS lb, band AS dc, rate AS bz, strftime(first_month, '%Y-%m') AS qsny,
    strftime(last_month, '%Y-%m') AS zzny,
    CASE WHEN died IS NOT NULL THEN '去世' WHEN stopped THEN pick(n, 'why stopped', ['户籍迁出', '条件变化', '本人放弃']) END AS tfyy,
    CASE WHEN last_month IS NOT NULL THEN '2' WHEN chance(n, 'paused', 0.04) THEN '1' ELSE '0' END AS zt, '否' AS scbz,
    saved(coalesce(CASE WHEN last_month IS NOT NULL THEN last END, reviewed_on), n, 'jtbt_dx') AS czsj
FROM receivers;

CREATE OR REPLACE TEMP VIEW asked AS
SELECT n * 10 + 1 AS id, n, name, id_number, division, kind, asked_on, reviewed_on, '通过' AS result FROM receivers
UNION ALL
SELECT n * 10 + 2, n, name, id_number, division, pick(n, 'asked for', ['KN', 'SN']), day(n, 'asked', last - 60, last),
    CASE WHEN chance(n, 'pending', 0.6) THEN NULL ELSE last END, CASE WHEN chance(n, 'pending', 0.6) THEN NULL ELSE '不通过' END
FROM elders WHERE died IS NULL AND since <= last - 60 AND chance(n, 'asks again', 0.15);

CREATE OR REPLACE TEMP VIEW jtbt_sq AS
SELECT id AS sqid, ref('JTSQ', id, 11) AS sqh, name AS xm, lower(id_number) AS sfzh, kind AS lb, dash(asked_on) AS sqrq,
    pick(id, 'way', ['窗口', '窗口', '网上', '手机', '代办']) AS qd,
    'JD' || division || lpad(CAST(between(n, 'street', 1, 12) AS VARCHAR), 3, '0') AS sljd,
    result AS shjg, dash(reviewed_on) AS shrq, saved(coalesce(reviewed_on, asked_on), id, 'jtbt_sq') AS czsj
FROM asked;

-- The last three months that have been paid: paid on the tenth of the following month.
CREATE OR REPLACE TEMP VIEW payments AS
SELECT r.n, r.rate, k, CAST(date_trunc('month', c.today) AS DATE) AS this_month, CAST(this_month - to_months(k) AS DATE) AS month,
    days_after(CAST(month + INTERVAL 1 MONTH AS DATE), 9) AS paid_on, r.n * 10 + k AS id,
    CASE WHEN chance(r.n * 10 + k, 'adjusted', 0.06) THEN pick(r.n * 10 + k, 'by', [-5000, 5000, 10000]) END AS change,
    pick(r.n * 10 + k, 'outcome', ['S', 'S', 'S', 'S', 'S', 'S', 'S', 'S', 'S', 'S', 'S', 'S', 'F', 'W']) AS outcome
FROM receivers r, clock c, (SELECT unnest([1, 2, 3]) AS k)
WHERE month >= r.first_month AND paid_on <= c.today AND (r.last_month IS NULL OR month < r.last_month)
    AND (r.died IS NULL OR paid_on < r.died);

CREATE OR REPLACE TEMP VIEW jtbt_ff AS
SELECT id AS ffid, ref('JTFF', id, 12) AS ffh, n AS dxid, 'JTPC' || month6(month) AS pch, CAST(month6(month) AS INTEGER) AS ny, rate AS yf,
    change AS bk,
    CASE outcome WHEN 'F' THEN 0 ELSE rate + coalesce(change, 0) END AS sf, paid_on AS ffrq, outcome AS jg,
    CASE outcome WHEN 'F' THEN pick(id, 'why failed', ['HM', 'ZH', 'XH', 'DJ']) END AS yy, saved(paid_on, id, 'jtbt_ff') AS czsj
FROM payments;

CREATE OR REPLACE TEMP VIEW jtbt_hlbt AS
WITH disabled AS (
    SELECT *, days_after(assessed_on, 10) AS granted_on, CAST(date_trunc('month', granted_on) + INTERVAL 1 MONTH AS DATE) AS first_month
    FROM assessed WHERE level IN ('C', 'D', 'E') AND first_month <= date_trunc('month', last)
)
SELECT n AS btid, ref('HLBT', n, 10) AS btbh, elder_no AS lnrbh, result_no AS pgbh,
    CASE level WHEN 'C' THEN '中度失能' WHEN 'D' THEN '重度失能' ELSE '完全失能' END AS dj,
    CASE level WHEN 'C' THEN 200 WHEN 'D' THEN 400 ELSE 600 END AS bz, month6(first_month) AS qsny,
    CASE WHEN died IS NULL THEN '999912' ELSE month6(died) END AS zzny, CASE WHEN died IS NULL THEN '0' ELSE '2' END AS zt,
    saved(coalesce(died, granted_on), n, 'jtbt_hlbt') AS czsj
FROM disabled;
