-- 养老助残卡系统：满六十周岁的老年人和残疾人，一人一张，换卡的多一张。

CREATE OR REPLACE TEMP VIEW holders AS
SELECT p.*, c.today, date_sub('year', p.birth, c.today) AS age, least(c.today, coalesce(p.died, c.today)) AS last,
    CASE WHEN disability IS NOT NULL THEN DATE '2019-01-02'
        ELSE greatest(DATE '2019-01-02', CAST(p.birth + INTERVAL 60 YEAR AS DATE)) END AS since
FROM people p, clock c
WHERE (date_sub('year', p.birth, least(c.today, coalesce(p.died, c.today))) >= 60
        OR (p.disability IS NOT NULL AND date_sub('year', p.birth, c.today) >= 18))
    AND chance(p.n, 'card', 0.22);

CREATE OR REPLACE TEMP VIEW cards AS
SELECT n * 10 + 1 AS id, n, name, id_number, disability, birth, died, day(n, 'asked', since, last) AS asked_on, last,
    CASE WHEN chance(n, 'changed', 0.08) THEN '3' END AS replaced
FROM holders
UNION ALL
SELECT n * 10 + 2, n, name, id_number, disability, birth, died, day(n, 'asked again', day(n, 'asked', since, last), last), last, NULL
FROM holders WHERE chance(n, 'changed', 0.08);

CREATE OR REPLACE TEMP VIEW card_main AS
WITH made AS (
    SELECT *, days_after(asked_on, between(id, 'made in', 10, 40)) AS made_on, made_on <= last AS issued,
        CASE WHEN NOT issued THEN '0' WHEN died IS NOT NULL THEN '4' WHEN replaced IS NOT NULL THEN replaced
            WHEN chance(id, 'lost', 0.05) THEN '2' ELSE '1' END AS state
    FROM cards
)
SELECT id AS kid, ref('KJL', id, 11) AS kjlh, name AS xm, lower(id_number) AS sfzh,
    CASE WHEN disability IS NOT NULL THEN 'C' WHEN date_sub('year', birth, asked_on) >= 65 THEN 'B' ELSE 'A' END AS lb,
    '农商行' AS fkh, CASE WHEN issued THEN '62009940' || lpad(CAST(id AS VARCHAR), 11, '0') END AS kh, d8(asked_on) AS slr,
    'ZK' || month6(asked_on) AS pch,
    CASE WHEN issued THEN d8(made_on) ELSE '00000000' END AS fkr, state AS zt,
    CASE WHEN state = '2' THEN d8(day(id, 'lost on', made_on, last)) ELSE '00000000' END AS gsr,
    t14(saved(CASE WHEN state IN ('2', '3', '4') THEN last WHEN issued THEN made_on ELSE asked_on END, id, 'card_main')) AS bgsj
FROM made;
