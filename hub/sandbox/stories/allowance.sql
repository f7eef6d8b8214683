-- 津补贴发放系统：每一批人口各有一轮发放，一个项目、一个区为一个批次；批次内序号连续，撤回的明细保留序号。

CREATE OR REPLACE TEMP VIEW ff_mx AS
SELECT number * 10 AS mxid, pcid, xh, xm, '01' AS zjlx, typed(id_number, number, 'ff typed') AS sfzh, bank_account AS zh, 'NSH' AS khh,
    pick(number, 'ff card', ['K', 'K', 'K', 'Z']) AS zhlx,
    CASE scheme WHEN 1 THEN CASE WHEN age >= 100 THEN 800 WHEN age >= 90 THEN 500 ELSE 100 END
        WHEN 4 THEN yuan(number, 'ff sum', 500, 8999.99)
        ELSE pick(number, 'ff sum', [100.00, 300.00, 400.00, 622.50]) END AS je,
    list_extract(['高龄津贴', '困难残疾人生活补贴', '重度残疾人护理补贴', '临时救助'], scheme) AS yt,
    CASE WHEN xh > 1 AND chance(number, 'ff back', 0.01) THEN 'Y' ELSE 'N' END AS sc_bz, kept(recent, today - 2, number, 'ff mx') AS gxsj
FROM (
    SELECT *, row_number() OVER (PARTITION BY pcid ORDER BY number) AS xh
    FROM (
        SELECT p.*, chunk.number * 1000 + (p.scheme - 1) * 20 + o.number AS pcid, written(surname, given, p.number, 'ff written') AS xm
        FROM (
            SELECT s.*, c.today, year(c.today) - year(s.birth) AS age,
                CASE WHEN year(c.today) - year(s.birth) >= 80 THEN CASE WHEN chance(s.number, 'ff old', 0.9) THEN 1 END
                    ELSE CASE WHEN draw(s.number, 'ff', 100) < 5 THEN 2
                        WHEN draw(s.number, 'ff', 100) < 9 THEN 3 WHEN draw(s.number, 'ff', 100) < 11 THEN 4
                        END END AS scheme
            FROM spouses s, clock c WHERE NOT s.foreigner
        ) p JOIN offices o ON o.division = p.division AND NOT o.branch, chunk
        WHERE p.scheme IS NOT NULL
    )
);

CREATE OR REPLACE TEMP VIEW ff_pc AS
SELECT pcid, code || strftime(today, '%Y%m') || local || printf('%03d', chunk) AS pch, code AS xmdm,
    strftime(today, '%Y年%-m月') || title AS bz, strftime(today, '%Y%m') AS ny, credit AS jgdm, district || '民政局' AS jgmc,
    'MZ' || division || lpad(CAST(office AS VARCHAR), 4, '0') AS wtdwh, account(9000000000 + office) AS fkzh,
    district || '民政局补贴资金专户' AS fkhm,
    'NSH' AS yhdm, rs, je, d8(today + 2) AS fkrq, '1' AS zt, CAST(today - 1 AS TIMESTAMP) + INTERVAL 10 HOUR AS tjsj, '王示例' AS jbr,
    saved(today - 1, pcid, 'ff pc') AS gxsj
FROM (
    SELECT l.*, c.today, chunk.number AS chunk, o.number AS office, o.local, o.division, o.district, o.credit,
        list_extract(['GLJT', 'SHBT', 'HLBT', 'LSJZ'], 1 + CAST(l.pcid % 1000 // 20 AS INTEGER)) AS code
    FROM (
        SELECT pcid, count(*) FILTER (sc_bz = 'N') AS rs, coalesce(sum(je) FILTER (sc_bz = 'N'), 0) AS je, any_value(yt) AS title
        FROM ff_mx GROUP BY pcid
    ) l JOIN offices o ON o.number = l.pcid % 20, clock c, chunk
);
