-- 民政统计台账系统：各区近六个月的台账、近四季的报表数据，统计单位、指标、报表目录和订正。全是编造的数。

CREATE OR REPLACE TEMP VIEW districts AS
SELECT row_number() OVER (ORDER BY code) AS place, code, replace(name, '北京市', '') AS short, name, code >= '110109' AS rural
FROM once, divisions;

CREATE OR REPLACE TEMP VIEW ledgers AS
SELECT d.*, since, dash(since)[1:7] AS dashed, month6(since) AS month, month6(since)::BIGINT * 100 + place AS k,
    saved(last_day(since) + 5, month6(since)::BIGINT * 100 + place, 'ledger') AS gxsj
FROM districts d, (SELECT CAST(date_trunc('month', today) AS DATE) - to_months(CAST(i AS INTEGER)) AS since
    FROM clock, (SELECT unnest(range(1, 7)) AS i)) months;

CREATE OR REPLACE TEMP VIEW tj_dw AS
SELECT place AS dwid, code || '-MZJ' AS dwbm, name || '民政局' AS dwmc, credit(6300000 + place) AS xydm, '民政部门' AS lb, code AS qh,
    '公共管理' AS hy, name || '示例大街' || place || '号' AS dz, named(place, 'head') AS fzr,
    '010-0002' || lpad(place::VARCHAR, 4, '0') AS dh, '1' AS zt, t14(saved(c.today - 300, place, 'dw')) AS gxsj
FROM districts, clock c
UNION ALL
SELECT 100 + i.number, i.credit_code, i.name, lower(i.credit_code),
    CASE WHEN i.kind IN ('救助站', '儿童福利机构', '殡仪馆') THEN '事业单位' WHEN i.kind = '社区' THEN '村居' ELSE '社会机构' END,
    i.division, CASE i.kind WHEN '社区' THEN '公共管理' WHEN '殡仪馆' THEN '居民服务' WHEN '公墓' THEN '居民服务' ELSE '卫生和社会工作' END,
    i.address, named(i.number, 'head'), i.phone, CASE WHEN chance(i.number, 'paused', 0.08) THEN '0' ELSE '1' END,
    t14(saved(day(i.number, 'dw', c.today - 500, c.today - 3), i.number, 'dw'))
FROM once, institutions i, clock c
WHERE i.number <= 96 AND i.kind IN ('养老机构', '救助站', '儿童福利机构', '殡仪馆', '公墓', '社区');

-- 七位码和系列见于公开的报表制度，上下级关系和口径是编造的。
CREATE OR REPLACE TEMP VIEW indicators AS
SELECT * FROM (VALUES
    (1, 'J', '1000000', '民政综合统计', NULL, '项', 'J', 0, 0), (2, 'J', '1110000', '乡级行政区划', '1000000', '个', 'N', 7, 30),
    (3, 'J', '1310000', '民政事业费支出', '1000000', '万元', 'J', 3000, 90000), (4, 'J', '1211101', '孤儿', '1000000', '人', 'J', 2, 60),
    (5, 'J', '1211102', '事实无人抚养儿童', '1000000', '人', 'J', 1, 80),
    (6, 'J', '1212100', '最低生活保障', '1000000', '人', 'J', 800, 15000),
    (7, 'J', '1212110', '城市最低生活保障', '1212100', '人', 'J', 600, 9000),
    (8, 'J', '1212120', '农村最低生活保障', '1212100', '人', 'J', 0, 6000), (9, 'Y', '1222000', '特困人员救助供养', NULL, '人', 'Y', 20, 900)
) AS t(number, series, code, title, parent, unit, period, low, high);

CREATE OR REPLACE TEMP VIEW tj_zb AS
SELECT number AS zbid, series AS lx, code AS zbdm, title AS zbmc, CASE WHEN parent IS NOT NULL THEN series END AS sjlx,
    parent AS sjdm, unit AS dw, period AS qb, CASE WHEN number > 3 THEN '报告期末' || title || '的在册数' ELSE '' END AS kj,
    DATE '2024-01-01' AS qyrq, CASE WHEN number = 3 THEN DATE '2026-01-01' END AS tyrq
FROM once, indicators;

CREATE OR REPLACE TEMP VIEW tj_bb AS
SELECT number AS bbid, form AS bh, title AS bm, period AS qb, CASE WHEN number < 3 THEN '中华人民共和国民政部' ELSE '北京市民政局' END AS jg,
    CASE WHEN number < 3 THEN '国统制〔2023〕83号' ELSE '无' END AS pw, CASE WHEN number < 3 THEN '2026-12-31' ELSE '' END AS yxq,
    CASE period WHEN 'Y' THEN '月后五日内' WHEN 'J' THEN '季后十日内' ELSE '次年一月底前' END AS sx
FROM once, (VALUES (1, 'JZH01', '民政综合统计表（季报）', 'J'), (2, 'YZH01', '社会救助情况表（月报）', 'Y'), (3, '京民统示例01表', '养老服务设施情况', 'J'),
    (4, '京民统示例02表', '殡葬服务情况', 'Y'), (5, '京民统示例03表', '婚姻登记情况', 'Y'), (6, '京民统示例04表', '儿童福利情况', 'B'),
    (7, '京民统示例05表', '救助管理情况', 'N')) AS t(number, form, title, period);

-- 五季的数：四季是报告期，再前一季只作上期。
CREATE OR REPLACE TEMP VIEW figures AS
SELECT d.place, d.code, i.number, 'JZH01' || i.code AS zbdm, q.i AS back, q.since, year(q.since) AS nd, quarter(q.since) AS qs,
    between(d.place * 100 + i.number, 'level', i.low, i.high)
        + between(year(q.since) * 10000 + quarter(q.since) * 1000 + d.place * 10 + i.number, 'swing', 0, 9) AS value
FROM districts d, indicators i, (SELECT i, CAST(date_trunc('quarter', today) AS DATE) - to_months(CAST(3 * i AS INTEGER)) AS since
    FROM clock, (SELECT unnest(range(1, 6)) AS i)) q
WHERE i.number IN (4, 7);

CREATE OR REPLACE TEMP VIEW tj_sj AS
SELECT a.nd * 100000 + a.qs * 10000 + place * 100 + number AS sjid, 'JZH01' AS bh, zbdm, code AS qh, a.nd::VARCHAR AS nd,
    'J' AS qb, a.qs,
    a.value AS sz, b.value AS sqsz, CASE WHEN a.back = 1 THEN pick(place, 'audit', ['0', '1', '1', '2']) ELSE '2' END AS sh,
    place AS dwid, saved(a.since + to_months(3) + to_days(10), place, 'figure') AS gxsj
FROM figures a JOIN figures b USING (place, code, number, zbdm) WHERE b.back = a.back + 1 AND a.back < 5
UNION ALL
SELECT year(c.today) * 100000 + place * 100 + 2, 'JZH01', 'JZH011110000', code, (year(c.today) - 1)::VARCHAR, 'N', 1,
    between(place, 'towns', 7, 30), between(place, 'towns', 7, 30), '2', place, saved(c.today - 20, place, 'towns')
FROM districts, clock c;

CREATE OR REPLACE TEMP VIEW tj_dz AS
SELECT nd * 100000 + qs * 10000 + place * 100 + number AS dzid,
    ref('DZ', nd * 100000 + qs * 10000 + place * 100 + number, 12) AS dzh,
    'JZH01' AS bh, zbdm, code AS qh, nd::VARCHAR AS nd, 'J' AS qb, qs,
    CASE WHEN NOT chance(place + qs, 'late', 0.1) THEN value + between(place + qs, 'off', 1, 20) END AS q_sz, value AS h_sz,
    CASE WHEN q_sz IS NULL THEN '漏报补录' ELSE pick(place + qs, 'why', ['重复统计剔除', '口径理解有误']) END AS yy, named(place, 'clerk') AS dzr,
    strftime(at_work(days_after(c.today, -between(place + qs, 'revised', 5, 20)), place, 'revised'), '%Y/%-m/%-d %H:%M:%S')
        AS dzsj,
    '否' AS zf, saved(days_after(c.today, -between(place + qs, 'revised', 5, 20)), place, 'dz') AS gxsj
FROM figures, clock c WHERE back < 5 AND chance(place * 1000 + back * 10 + number, 'revised', 0.25);

CREATE OR REPLACE TEMP VIEW tz_shjz AS
SELECT k AS tzid, short AS qhmc, dashed AS yf, between(place, 'city', 900, 6000) + between(k, 'city', 0, 50) AS cdb_h,
    CAST(floor(cdb_h * 1.6) AS BIGINT) AS cdb_r,
    CASE WHEN rural THEN between(place, 'rural', 300, 3000) + between(k, 'rural', 0, 30) ELSE 0 END AS ndb_h,
    CAST(floor(ndb_h * 1.7) AS BIGINT) AS ndb_r, between(k, 'city poor', 40, 300) AS ctk,
    CASE WHEN rural THEN between(k, 'rural poor', 50, 600) ELSE 0 END AS ntk, between(k, 'temporary', 3, 90) AS lj,
    between(k, 'watched', 900, 9000) AS dsr, (cdb_r + ndb_r) * 0.1395 + yuan(k, 'spent', 5, 50) AS zj_wy, gxsj
FROM ledgers;

CREATE OR REPLACE TEMP VIEW tz_lljz AS
SELECT k AS tzid, code AS qh, month::BIGINT AS yf, 1 AS jgs, between(place, 'beds', 30, 160) AS cws,
    between(k, 'helped', 20, 240) AS zrc,
    between(k, 'minors', 0, 12) AS wcn, between(k, 'ill', 0, 9) AS wz, between(k, 'outside', 0, 20) AS zw,
    between(k, 'home', 0, 30) AS hs, between(k, 'long', 0, 25) AS zl, gxsj
FROM ledgers;

CREATE OR REPLACE TEMP VIEW tz_jjhd AS
SELECT k AS tzid, short AS qhmc, dashed AS yf, between(k, 'homes', 60, 900) AS wth, CAST(floor(wth * 2.3) AS BIGINT) AS wtr,
    wth - between(k, 'open', 0, 20) AS bg, between(k, 'differ', 0, bg // 4) AS bf, printf('%.2f%%', bf * 100.0 / bg) AS jcl,
    between(k, 'again', 0, 6) AS fh, gxsj
FROM ledgers;

CREATE OR REPLACE TEMP VIEW tz_hydj AS
SELECT k AS tzid, code AS qh, month::BIGINT AS yf, 1 AS jgs, between(k, 'wed', 80, 900) AS jh,
    CAST(floor(jh * 0.4) AS BIGINT) + between(k, 'part', 0, 30) AS lh,
    between(k, 'wed again', 20, 200) AS bj, between(k, 'part again', 5, 60) AS bl, between(k, 'abroad', 0, 9) AS sw,
    between(k, 'across', 0, 60) AS kq, gxsj
FROM ledgers;

CREATE OR REPLACE TEMP VIEW tz_bz AS
SELECT k AS tzid, short AS qhmc, dashed AS yf, between(place, 'houses', 1, 6) AS jgs,
    CASE WHEN chance(k, 'unknown', 0.05) THEN NULL ELSE between(k, 'died', 120, 700) END AS sw,
    coalesce(sw, between(k, 'burnt', 120, 700)) AS hh, CASE WHEN sw IS NOT NULL THEN 0.99 + draw(k, 'rate', 100) / 10000.0 END
        AS hhl,
    between(k, 'buried', 80, 400) AS az, between(k, 'green', 0, 60) AS st, between(k, 'grant', 20, 110) AS hm, gxsj
FROM ledgers;

CREATE OR REPLACE TEMP VIEW tz_fl AS
SELECT k AS tzid, code AS qh, strftime(since, '%Y年%m月') AS yf, between(place, 'homes', 12, 60) AS yl_jg,
    between(place, 'beds', 1500, 14000) AS yl_cw,
    CAST(floor(yl_cw * 0.6) AS BIGINT) AS yl_hl, CAST(floor(yl_cw * 0.45) AS BIGINT) + between(k, 'stay', 0, 90) AS yl_zy,
    between(place, 'stations', 20, 200) AS yl_ss, between(k, 'aged', 4000, 60000) AS yl_gl,
    between(k, 'care', 2000, 30000) AS yl_bt,
    between(k, 'service', 500, 9000) AS yl_fw, between(k, 'kept', 0, 40) AS et_jz, between(k, 'apart', 0, 25) AS et_ss,
    between(k, 'unattended', 0, 60) AS et_sswr, CASE WHEN rural THEN between(k, 'left', 0, 30) ELSE 0 END AS et_ls,
    between(k, 'adopted', 0, 4) AS et_sy, between(place, 'cots', 0, 120) AS et_cw, gxsj
FROM ledgers;
