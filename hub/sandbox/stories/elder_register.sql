-- 老年人基础信息库：本市户籍和常住的老年人，以及能够联系的亲属。

-- Who is in the register: the same condition stands in every story of the domain.
CREATE OR REPLACE TEMP VIEW elders AS
SELECT p.*, ref('LNR', p.n, 10) AS elder_no, date_sub('year', p.birth, c.today) AS age, least(c.today, coalesce(p.died, c.today)) AS last,
    greatest(DATE '2022-07-01', CAST(p.birth + INTERVAL 60 YEAR AS DATE)) AS since
FROM people p, clock c
WHERE date_sub('year', p.birth, least(c.today, coalesce(p.died, c.today))) >= 60 AND chance(p.n, 'elder', 0.35);

CREATE OR REPLACE TEMP VIEW elder_base AS
SELECT n AS id, elder_no, name AS full_name, CASE sex WHEN '1' THEN 'M' ELSE 'F' END AS gender, 'SFZ' AS id_type, lower(id_number) AS id_no,
    birth AS birthday, CAST(nation AS INTEGER) AS ethnic, CASE WHEN chance(n, 'hukou here', 0.9) THEN division END AS hukou_code,
    division AS live_code, address AS live_address,
    CASE marital WHEN '10' THEN 'S' WHEN '20' THEN 'M' WHEN '30' THEN 'W' WHEN '40' THEN 'D' END AS marriage,
    CASE education WHEN '11' THEN '01' WHEN '14' THEN '02' WHEN '21' THEN '03' WHEN '31' THEN '04' WHEN '41' THEN '05' WHEN '61' THEN '06'
        WHEN '71' THEN '07' WHEN '81' THEN '08' ELSE '99' END AS edu,
    CASE WHEN marital = '20' THEN pick(n, 'living', ['PO', 'PO', 'PZ']) ELSE pick(n, 'living', ['DJ', 'DJ', 'ZN', 'BM']) END AS living,
    health,
    pick(n, 'means', ['无', '无', '无', '无', '无', '无', '无', '城乡低保', '特困供养', '低保边缘', '支出困难']) AS means,
    CASE WHEN chance(n, 'phone known', 0.9) THEN phone ELSE '无' END AS mobile, CASE WHEN died IS NULL THEN 'T' ELSE 'F' END AS alive,
    0 AS is_deleted, saved(coalesce(died, day(n, 'registered', since, last)), n, 'elder_base') AS update_time
FROM elders;

-- One living adult of the same household: a spouse, a child, or the child's spouse.
CREATE OR REPLACE TEMP VIEW relatives AS
SELECT e.n AS elder, r.n AS relative, r.name, r.id_number, r.phone, r.address, e.since, e.last,
    CASE WHEN (e.slot < 2 AND r.slot < 2) OR (e.slot > 3 AND r.slot > 3) THEN '配偶'
        WHEN (e.slot < 2 AND r.slot IN (2, 3)) OR (e.slot > 3 AND r.slot = 0) THEN CASE r.sex WHEN '1' THEN '儿子' ELSE '女儿' END
        WHEN e.slot > 3 AND r.slot = 1 THEN CASE r.sex WHEN '1' THEN '女婿' ELSE '儿媳' END END AS relation
FROM elders e JOIN people r ON r.h = e.h AND r.n <> e.n CROSS JOIN clock c
WHERE r.died IS NULL AND date_sub('year', r.birth, c.today) >= 20 AND relation IS NOT NULL;

CREATE OR REPLACE TEMP VIEW elder_contact AS
SELECT elder * 10 + relative % 6 AS id, elder AS elder_id, name,
    CASE WHEN guardian OR chance(elder, 'number known', 0.5) THEN id_number END AS id_no, relation, phone AS mobile, address, guardian,
    t14(saved(day(elder * 10 + relative % 6, 'noted', since, last), elder * 10 + relative % 6, 'elder_contact')) AS modified_at
FROM (SELECT *, chance(elder * 10 + relative % 6, 'guardian', 0.15) AS guardian FROM relatives
    WHERE chance(elder * 10 + relative % 6, 'contact', 0.7));
