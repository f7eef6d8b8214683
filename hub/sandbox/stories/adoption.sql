-- 收养登记信息系统：收养登记、收养评估、解除与撤销。

-- 收养人一是户主，收养人二是配偶；登记时收养人一已满三十周岁，被收养人未满十四周岁。
CREATE OR REPLACE TEMP VIEW adoptions AS
SELECT *, day(n, 'sy registered', earliest, latest) AS registered
FROM (
    SELECT k.n, k.h, k.name, k.id_number, k.birth, k.division, g.name AS first_name, g.id_number AS first_id, s.name AS second_name,
        s.id_number AS second_id, c.today, greatest(k.birth + 90, DATE '1999-06-01', CAST(g.birth + INTERVAL 30 YEAR AS DATE) + 1) AS earliest,
        least(CAST(k.birth + INTERVAL 13 YEAR AS DATE), c.today - 20) AS latest,
        pick(k.n, 'sy kind', ['社会散居孤儿', '福利机构抚养', '福利机构抚养', '福利机构抚养', '生父母困难', '三代以内旁系', '其他']) AS lx
    FROM people k JOIN people g ON g.h = k.h AND g.slot = 0 LEFT JOIN people s ON s.h = k.h AND s.slot = 1 AND s.died IS NULL, clock c
    WHERE k.slot IN (2, 3) AND k.died IS NULL AND chance(k.n, 'sy adopted', 0.5)
        AND (k.birth < c.today - INTERVAL 18 YEAR OR NOT chance(k.n, 'cw child', 0.75))
)
WHERE earliest <= latest;

CREATE OR REPLACE TEMP VIEW endings AS
SELECT *, pick(n, 'sy end', ['XY', 'XY', 'XY', 'SS', 'CX']) AS yy, day(n, 'sy ended', registered + 10, today - 2) AS ended
FROM adoptions WHERE chance(n, 'sy ends', 0.22);

CREATE OR REPLACE TEMP VIEW sy_dj AS
SELECT a.n AS djid, ref('SY', a.n, 12) AS syh, '（' || year(a.registered) || '）收字第' || a.n || '号' AS djzh, a.name AS bsyr,
    CASE WHEN a.lx = '福利机构抚养' AND chance(a.n, 'sy nameless', 0.1) THEN '无' ELSE a.id_number END AS bsyr_sfzh, dash(a.birth) AS bsyr_csrq,
    a.first_name AS syr1, a.first_id AS syr1_sfzh, coalesce(a.second_name, '无') AS syr2, coalesce(a.second_id, '无') AS syr2_sfzh,
    CASE a.lx WHEN '福利机构抚养' THEN institution('儿童福利机构', a.n).name ELSE named(a.n, 'sy gives') END AS songyr, a.lx,
    CASE WHEN chance(a.n, 'sy abroad', 0.03) THEN '是' ELSE '否' END AS sfsw, 'MZ' || right(a.division, 2) AS jgdm, dash(a.registered) AS djrq,
    named(a.n, 'sy clerk') AS jbr, CASE WHEN e.n IS NULL THEN '1' ELSE '2' END AS zt, saved(coalesce(e.ended, a.registered), a.n, 'sy dj') AS gxsj
FROM adoptions a LEFT JOIN endings e ON e.n = a.n;

-- 2021 年起先评估后登记；也有评估后没有登记的。
CREATE OR REPLACE TEMP VIEW sy_pg AS
SELECT pgid, ref('PG', pgid, 13) AS pgbh, djid, institution('评估机构', pgid).name AS pgjg, days_after(until, between(pgid, 'sy report', 0, 9)) AS pgrq, jl,
    d8(since) || '~' || d8(until) AS rhq, ref('PGBG', pgid, 16) AS bgwj, saved(days_after(until, 9), pgid, 'sy pg') AS gxsj
FROM (
    SELECT *, days_after(since, between(pgid, 'sy together', 30, 60)) AS until
    FROM (
        SELECT n * 10 + 1 AS pgid, n AS djid, '具备' AS jl, registered - 90 AS since FROM adoptions WHERE registered >= DATE '2021-04-01'
        UNION ALL
        SELECT h * 10 + 2, NULL, pick(h, 'sy unfit', ['不具备', '不具备', '终止', '具备']), day(h, 'sy tried', DATE '2021-03-01', today - 75)
        FROM households, clock WHERE size > 1 AND chance(h, 'sy tried', 0.05)
    )
);

CREATE OR REPLACE TEMP VIEW sy_jc AS
SELECT n AS jcid, ref('JC', n, 12) AS jcbh, ref('SY', n, 12) AS syh, yy, CASE yy WHEN 'XY' THEN '（' || year(ended) || '）解收字第' || n || '号' END AS jczh,
    'MZ' || right(division, 2) AS jgdm, slash(ended) AS blrq,
    CASE WHEN yy <> 'XY' THEN '（' || year(ended) || '）京' || right(division, 4) || CASE yy WHEN 'SS' THEN '民初' ELSE '行决' END || n || '号' END AS wsh,
    saved(ended, n, 'sy jc') AS gxsj
FROM endings;
