-- 公墓管理系统. Who is laid to rest, where and how follows the same draws as in funeral.sql.

CREATE OR REPLACE TEMP VIEW cemeteries AS
SELECT number AS gmid, ref('GM', number, 4) AS gmbh,
    name, division, credit_code, named(number, '联系人') AS contact FROM institutions
WHERE kind = '公墓' AND number <= 192;

CREATE OR REPLACE TEMP VIEW cremated AS
SELECT p.n * 10 AS d, p.n, 5 + 12 * draw(p.n, '公墓', 16) AS gmid, k.name AS kin_name, k.id_number AS kin_card,
    k.phone AS kin_phone,
    days_after(p.died, between(p.n, '停灵', 1, 4)) AS fire_day,
    pick(p.n, '骨灰', ['寄存', '寄存', '寄存', '寄存', '墓', '墓', '墓', '墓', '壁', '树', '花', '海', '老坟']) AS rest
FROM people p JOIN people k ON k.h = p.h AND k.slot = 0
WHERE p.died IS NOT NULL AND p.nation NOT IN ('03', '05') AND NOT chance(p.n, '运回原籍', 0.16);

CREATE OR REPLACE TEMP VIEW laid AS
SELECT *, days_after(fire_day, between(n, '安葬', 15, 120)) AS laid_on, rest IN ('墓', '壁', '树') AS marked,
    days_after(days_after(fire_day, between(n, '安葬', 15, 120)), -between(n, '购墓', 5, 15)) AS bought_on
FROM cremated, clock
WHERE rest NOT IN ('寄存', '老坟') AND days_after(fire_day, between(n, '安葬', 15, 120)) <= today;

CREATE OR REPLACE TEMP VIEW gm_jbxx AS
SELECT gmid, gmbh, name AS gmmc, credit_code AS tyshxydm, CASE WHEN gmid // 12 % 3 = 0 THEN '公益' ELSE '经营' END AS xz,
    CASE WHEN gmid // 12 % 3 = 0 THEN '示例镇人民政府' ELSE '北京示例' || gmid || '陵园有限公司' END AS zbdw, '北京市民政局' AS pzjg,
    '京民示〔' || between(gmid, '批准年', 1988, 2008) || '〕' || gmid || '号' AS pzwh,
    dash(day(gmid, '批准', between(gmid, '批准年', 1988, 2008) || '-01-01', between(gmid, '批准年', 1988, 2008) || '-12-31')) AS pzrq,
    CAST(8 + draw(gmid, '批准面积', 200000) / 10000 AS DECIMAL(10,4)) AS pzmj_gq,
    CAST(2 + draw(gmid, '已用面积', 55000) / 10000 AS DECIMAL(10,4)) AS yymj_gq,
    between(gmid, '规划', 15000, 60000) AS ghmx, between(gmid, '已售', 3000, 14000) AS ysmx, contact AS lxr,
    saved(day(gmid, '登记', today - 700, today), gmid, '公墓') AS gxsj
FROM cemeteries, once, clock;

CREATE OR REPLACE TEMP VIEW gm_mw AS
WITH plots AS (
    SELECT d AS mwid, gmid, n AS x,
        CASE rest WHEN '墓' THEN pick(n, '墓型', ['LT', 'LT', 'WB']) WHEN '壁' THEN 'BZ' ELSE 'SZ' END AS mx,
        '已葬' AS zt, bought_on AS since, bought_on AS told
    FROM laid WHERE marked
    UNION ALL
    SELECT gmid * 10 + k, gmid, -(gmid * 10 + k), pick(gmid * 10 + k, '空墓型', ['LT', 'WB', 'BZ', 'SZ', 'HT', 'CP']),
        pick(gmid * 10 + k, '空墓', ['待售', '待售', '预订', '不售']), NULL, day(gmid * 10 + k, '建墓', today - 500, today)
    FROM cemeteries, once, clock, (SELECT unnest([1, 2, 3]) AS k)
)
SELECT mwid, ref('GM', gmid, 4) || '-' || abs(x) AS mwbh, gmid,
    pick(x, '园', ['松鹤园', '福泽园', '思亲园', '静安园']) AS yq, between(x, '排', 1, 60) AS pai,
    mx, CASE mx WHEN 'BZ' THEN 35 WHEN 'SZ' THEN 60 ELSE 80 END AS kuan_cm,
    CASE mx WHEN 'BZ' THEN 40 WHEN 'SZ' THEN 60 ELSE 100 END AS chang_cm,
    CAST(draw(x, '墓价', 60000) / 10000 + CASE mx WHEN 'LT' THEN 4 ELSE 0.8 END AS DECIMAL(10,4)) AS jg_wy, zt, d8(since) AS qsrq,
    d8(since + INTERVAL 20 YEAR - INTERVAL 1 DAY) AS jzrq, d8(since + INTERVAL 10 YEAR - INTERVAL 1 DAY) AS glfdq, 0 AS scbz,
    saved(told, x, '墓位') AS gxsj
FROM plots;

CREATE OR REPLACE TEMP VIEW gm_ht AS
SELECT d AS htid, ref('HT', d, 11) AS hth, kin_name AS jbr, kin_card AS jbr_sfz, kin_phone AS dh,
    CASE WHEN marked THEN d8(bought_on + INTERVAL 20 YEAR - INTERVAL 1 DAY) ELSE '长期' END AS syz,
    CAST(draw(n, '合同额', 80000) / 10000 + 0.5 AS DECIMAL(10,4)) AS je_wy, saved(bought_on, n, '合同') AS gxsj
FROM laid;

CREATE OR REPLACE TEMP VIEW gm_az AS
SELECT d AS azid, ref('AZ', d, 11) AS azbh, ref('SZ', d, 11) AS szbh,
    CASE rest WHEN '墓' THEN 'MZ' WHEN '壁' THEN 'BZ' WHEN '树' THEN 'SZ' WHEN '花' THEN 'HT' ELSE 'HZ' END AS fs, gmid,
    CASE WHEN marked THEN d END AS mwid, d AS htid, slash(laid_on) AS azrq, '1' AS zt, saved(laid_on, n, '安葬') AS gxsj
FROM laid;

CREATE OR REPLACE TEMP VIEW gm_nj AS
WITH checks AS (
    SELECT *, gmid * 10 + back AS njid, year(today) - 1 - back AS nd,
        day(gmid * 10 + back, '年检', today - 365 * back - 240, today - 365 * back - 30) AS njrq,
        pick(gmid * 10 + back, '结论', ['合格', '合格', '合格', '合格', '基本合格', '不合格']) AS jl
    FROM cemeteries, once, clock, (SELECT unnest([0, 1, 2]) AS back)
)
SELECT njid, ref('NJ', njid, 8) AS njbh, gmid, nd, njrq, jl,
    CASE jl WHEN '合格' THEN '无' ELSE pick(njid, '问题', ['部分墓位占地超过规定', '档案不完整', '未公示收费标准', '消防通道被占用']) END AS wt,
    CASE jl WHEN '合格' THEN NULL ELSE days_after(njrq, 60) END AS zgqx,
    CASE jl WHEN '合格' THEN NULL ELSE pick(njid, '整改', ['已整改', '正在整改']) END AS zgjg,
    credit(200 + gmid) AS jgdm, saved(njrq, njid, '年检') AS gxsj
FROM checks;
