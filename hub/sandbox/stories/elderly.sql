-- 养老服务管理系统：机构、床位、从业人员、入住、服务、社区设施，以及对机构的评定、检查、补贴和监管。

CREATE OR REPLACE TEMP VIEW homes AS
SELECT number, division, name, credit_code, address, phone, 'YL' || division || lpad(CAST(number AS VARCHAR), 4, '0') AS code
FROM once, institutions WHERE kind = '养老机构';

-- Who is in the register of the elderly: the same condition stands in every story of this domain.
CREATE OR REPLACE TEMP VIEW elders AS
SELECT p.*, ref('LNR', p.n, 10) AS elder_no, date_sub('year', p.birth, c.today) AS age, least(c.today, coalesce(p.died, c.today)) AS last,
    greatest(DATE '2022-07-01', CAST(p.birth + INTERVAL 60 YEAR AS DATE)) AS since
FROM people p, clock c
WHERE date_sub('year', p.birth, least(c.today, coalesce(p.died, c.today))) >= 60 AND chance(p.n, 'elder', 0.35);

CREATE OR REPLACE TEMP VIEW residents AS
WITH chosen AS (
    SELECT *, institution('养老机构', n) AS home, day(n, 'moved in', since, last) AS moved_in FROM elders WHERE chance(n, 'resident', 0.22)
)
SELECT *, 'YL' || home.division || lpad(CAST(home.number AS VARCHAR), 4, '0') AS home_code,
    CASE WHEN died IS NOT NULL THEN died WHEN chance(n, 'moved out', 0.25) THEN day(n, 'out', moved_in, last) END AS moved_out,
    coalesce(moved_out, last) AS until
FROM chosen;

CREATE OR REPLACE TEMP VIEW yl_jg AS
WITH described AS (
    SELECT *, pick(number, 'nature', ['GB', 'GM', 'GM', 'MZ', 'MY', 'MY', 'MY']) AS jgxz, between(number, 'beds', 30, 400) AS cws,
        CASE WHEN jgxz = 'GB' THEN 'SY' ELSE pick(number, 'legal', ['MF', 'MF', 'QY']) END AS djlx,
        NOT chance(number, 'being set up', 0.06) AS filed, day(number, 'filed', DATE '2019-01-02', DATE '2021-12-31') AS filed_on
    FROM homes
)
SELECT number AS jgid, code AS jgbm, name AS jgmc, credit_code AS xydm, jgxz, djlx,
    CASE WHEN filed THEN ref('BA', number, 8) END AS babh, CASE WHEN filed THEN d8(filed_on) END AS barq,
    pick(number, 'stars', ['无', '无', '一星', '二星', '三星', '四星', '五星']) AS xj, division AS qh, address AS dz,
    named(number, 'legal person') AS frxm, '1390000' || lpad(CAST(number AS VARCHAR), 4, '0') AS fzrdh, cws,
    cws * between(number, 'nursing', 30, 90) // 100 AS hlcws, CASE WHEN chance(number, 'medical', 0.4) THEN 'Y' ELSE 'N' END AS yyjh,
    cws * 30 + draw(number, 'land', 500) AS zdmj, cws * 24 + draw(number, 'floor', 300) AS jzmj,
    pick(number, 'status', ['1', '1', '1', '1', '1', '1', '1', '1', '2', '9']) AS zt, saved(filed_on, number, 'yl_jg') AS gxsj
FROM described;

CREATE OR REPLACE TEMP VIEW yl_jgba AS
WITH filed AS (
    SELECT g.jgid AS number, g.jgbm, g.qh, 1 AS k, 'SC' AS lx, CAST(strptime(g.barq, '%Y%m%d') AS DATE) AS barq FROM yl_jg g
    WHERE g.barq IS NOT NULL
), changed AS (
    SELECT number, jgbm, qh, k, lx, barq FROM filed
    UNION ALL
    SELECT number, jgbm, qh, 2, 'BG', day(number, 'changed', DATE '2022-01-04', DATE '2026-06-30') FROM filed
    WHERE chance(number, 'change', 0.6)
)
SELECT number * 10 + k AS baid, ref('BAJL', number * 10 + k, 8) AS bah, jgbm, lx, barq,
    CASE WHEN k = 2 THEN pick(number, 'what', ['法定代表人', '法定代表人', '服务项目', '核定床位数']) END AS bgsx,
    CASE bgsx WHEN '法定代表人' THEN named(number, 'legal person') WHEN '服务项目' THEN '自理老年人照护' WHEN '核定床位数' THEN '一百二十张' END AS bgq,
    CASE bgsx WHEN '法定代表人' THEN named(number, 'new legal person') || '（新任）' WHEN '服务项目' THEN '自理、失能老年人照护'
        WHEN '核定床位数' THEN '一百五十张' END AS bgh,
    qh AS bajg, saved(barq, number * 10 + k, 'yl_jgba') AS gxsj
FROM changed;

CREATE OR REPLACE TEMP VIEW beds AS
SELECT 100000 + n AS id, home.number AS number, home_code AS code, CASE WHEN moved_out IS NULL THEN 'Z' ELSE 'K' END AS zt,
    moved_in AS set_up
FROM residents
UNION ALL
SELECT number * 10 + k, number, code, pick(number * 10 + k, 'bed status', ['K', 'K', 'Y', 'T']),
    day(number * 10 + k, 'set up', DATE '2021-01-04', DATE '2024-12-31')
FROM homes, (SELECT unnest([1, 2]) AS k);

CREATE OR REPLACE TEMP VIEW yl_cw AS
SELECT id AS cwid, code || '-' || id AS cwbh, number AS jgid, CAST(between(id, 'building', 1, 4) AS VARCHAR) AS ld,
    between(id, 'storey', 1, 6) AS lc,
    lc || lpad(CAST(between(id, 'room', 1, 30) AS VARCHAR), 2, '0') AS fj, pick(id, 'bed type', ['PT', 'HL', 'HL', 'RZ']) AS lx,
    between(id, 'bed price', 12, 60) * 10000 AS cwf, zt, saved(set_up, id, 'yl_cw') AS gxsj
FROM beds;

CREATE OR REPLACE TEMP VIEW yl_ry AS
WITH workers AS (
    SELECT p.*, institution('养老机构', p.n) AS home, greatest(DATE '2018-01-02', CAST(p.birth + INTERVAL 20 YEAR AS DATE)) AS since, c.today
    FROM people p, clock c
    WHERE p.died IS NULL AND date_sub('year', p.birth, c.today) BETWEEN 22 AND 57 AND chance(p.n, 'care worker', 0.12)
), engaged AS (
    SELECT *, day(n, 'engaged', since, today - 30) AS engaged_on, pick(n, 'skill', ['无', '无', '初级', '初级', '中级', '高级', '技师']) AS skill,
        CASE WHEN chance(n, 'left', 0.15) THEN day(n, 'left on', engaged_on, today) END AS left_on
    FROM workers
)
SELECT n AS ryid, ref('YG', n, 8) AS gh, 'YL' || home.division || lpad(CAST(home.number AS VARCHAR), 4, '0') AS jgbm, name AS xm,
    lower(id_number) AS sfzh,
    CASE sex WHEN '1' THEN '男' ELSE '女' END AS xb,
    pick(n, 'post', ['院长', '护理员', '护理员', '护理员', '医生', '护士', '康复师', '社工', '厨师', '安全员', '行政']) AS gw,
    CASE education WHEN '11' THEN '博士' WHEN '14' THEN '硕士' WHEN '21' THEN '本科' WHEN '31' THEN '大专' WHEN '41' THEN '中专' WHEN '61' THEN '高中'
        WHEN '71' THEN '初中' WHEN '81' THEN '小学' ELSE '其他' END AS xl,
    skill AS jndj, CASE WHEN skill = '无' THEN '无' ELSE ref('JN', n, 10) END AS zsbh, dash(engaged_on) AS rzrq,
    coalesce(dash(left_on), '9999-12-31') AS lzrq, 0 AS sc, saved(coalesce(left_on, engaged_on), n, 'yl_ry') AS gxsj
FROM engaged;

CREATE OR REPLACE TEMP VIEW yl_rz AS
WITH contracts AS (
    SELECT *, NOT chance(n, 'on trial', 0.08) AS signed, chance(n, 'guarantor', 0.8) AS guaranteed,
        days_after(moved_in, -between(n, 'signed before', 0, 5)) AS signed_on
    FROM residents
)
SELECT n AS rzid, ref('RZ', n, 10) AS rzbh, elder_no AS lnrbh, home_code AS jgbm, 100000 + n AS cwid, moved_in AS rzrq,
    pick(n, 'care grade', ['自理', '半护', '半护', '全护', '特护']) AS hldj, yuan(n, 'monthly', 3000, 12000) AS ysf, moved_out AS tzrq,
    CASE WHEN died IS NOT NULL THEN 'SW'
        WHEN moved_out IS NOT NULL THEN pick(n, 'why out', ['QM', 'HJ', 'HJ', 'ZY', 'JC', 'QT']) END AS tzyy,
    CASE WHEN moved_out IS NOT NULL THEN '离院' WHEN chance(n, 'on leave', 0.05) THEN '请假' ELSE '在院' END AS zt,
    CASE WHEN signed THEN ref('HT', n, 10) END AS htbh, CASE WHEN signed THEN signed_on END AS qdrq,
    CASE WHEN signed THEN moved_in END AS sxrq, CASE WHEN signed THEN days_after(moved_in, 364) END AS dqrq,
    CASE WHEN signed THEN between(n, 'deposit', 1, 20) * 1000 END AS yj,
    CASE WHEN signed AND guaranteed THEN named(n, 'guarantor') END AS dbr,
    CASE WHEN signed AND guaranteed THEN '1390000' || lpad(CAST(draw(n, 'guarantor phone', 10000) AS VARCHAR), 4, '0') END AS dbrdh,
    saved(until, n, 'yl_rz') AS gxsj
FROM contracts;

CREATE OR REPLACE TEMP VIEW yl_fwjl AS
WITH served AS (
    SELECT n * 10 + k AS id, elder_no, home_code, at_work(day(n * 10 + k, 'served', moved_in, until), n * 10 + k, 'at') AS began
    FROM residents, (SELECT unnest([1, 2, 3, 4]) AS k)
)
SELECT id AS fwid, ref('FW', id, 12) AS jlh, elder_no AS lnrbh, home_code AS jgbm,
    pick(id, 'service', ['生活照料', '生活照料', '助餐', '清洁', '洗涤', '护理', '康复', '文娱', '心理慰藉', '代办']) AS fwlx, began AS kssj,
    began + to_minutes(between(id, 'minutes', 15, 120)) AS jssj, named(id, 'carer') AS hly,
    CASE WHEN chance(id, 'rated', 0.6) THEN pick(id, 'rating', [5, 5, 5, 4, 4, 3, 2, 1]) END AS pj, saved(began, id, 'yl_fwjl') AS gxsj
FROM served;

CREATE OR REPLACE TEMP VIEW yl_sqss AS
WITH places AS (
    SELECT CAST(d.code AS BIGINT) * 10 + k AS id, d.code, d.name, k,
        pick(CAST(d.code AS BIGINT) * 10 + k, 'type', ['养老驿站', '照料中心', '日间照料', '助餐点', '农村互助']) AS lx
    FROM once, divisions d, (SELECT unnest([1, 2, 3, 4]) AS k)
)
SELECT id AS ssid, 'SS' || id AS ssbh, name || '示例第' || k || lx AS ssmc, lx, code AS qh,
    name || '示例街' || between(id, 'door', 1, 99) || '号' AS dz,
    institution('企业', id).name AS yydw, between(id, 'floor', 80, 900) || '.' || draw(id, 'tenths', 10) AS mj,
    CASE WHEN lx IN ('照料中心', '日间照料') THEN CAST(between(id, 'beds', 5, 60) AS VARCHAR) ELSE '0' END AS cws,
    CASE WHEN lx = '助餐点' OR chance(id, 'meals', 0.5) THEN '每日可供' || between(id, 'served', 3, 30) * 10 || '份' ELSE '无' END AS zcnl,
    CASE WHEN chance(id, 'open', 0.9) THEN '是' ELSE '否' END AS yy
FROM places;

CREATE OR REPLACE TEMP VIEW yl_djpd AS
WITH graded AS (
    SELECT number, number * 10 + k AS id, between(number * 10 + k, 'year', 2021, 2025) AS nd, between(number, 'applied', 1, 5) AS sb,
        CASE WHEN chance(number * 10 + k, 'failed', 0.1) THEN 0 ELSE greatest(sb - draw(number * 10 + k, 'lower', 2), 1) END AS pd
    FROM homes, (SELECT unnest([1]) AS k) WHERE chance(number, 'graded', 0.75)
)
SELECT id AS pdid, ref('PD', id, 8) AS pdbh, number AS jgid, nd, sb, pd, '北京市养老机构等级评定委员会（示例）' AS pdzz,
    CASE WHEN pd > 0 THEN '京养评〔' || nd || '〕' || id || '号' END AS zsbh, CASE WHEN pd > 0 THEN (nd + 3) || '年12月31日' END AS yxqz
FROM graded;

CREATE OR REPLACE TEMP VIEW yl_jdjc AS
WITH visits AS (
    SELECT number * 10 + k AS id, code, name, division, day(number * 10 + k, 'visited', DATE '2024-01-03', DATE '2026-09-30') AS jcrq,
        CASE WHEN chance(number * 10 + k, 'clean', 0.5) THEN 0 ELSE between(number * 10 + k, 'faults', 1, 6) END AS wts
    FROM homes, (SELECT unnest([1, 2]) AS k)
)
SELECT id AS jcid, ref('JC', id, 8) AS jcbh, v.code AS jgbm, slash(jcrq) AS jcrq,
    pick(id, 'kind', ['RC', 'RC', 'RC', 'ZX', 'SJ', 'LH', 'JB']) AS jclx,
    d.name || '民政局' AS jcdw, wts,
    CASE WHEN wts = 0 THEN '无' ELSE pick(id, 'fault', ['灭火器过期', '食品留样不足', '护理记录不全', '值班人员不足', '安全通道堆物']) || '等' || wts || '处问题' END AS wtms,
    CASE WHEN wts > 0 THEN slash(days_after(jcrq, between(id, 'days', 7, 30))) END AS zgqx,
    CASE WHEN wts = 0 THEN 'WX' ELSE pick(id, 'corrected', ['YG', 'YG', 'YG', 'ZZ', 'YQ']) END AS zg,
    CASE WHEN wts = 0 THEN '合格' WHEN wts < 4 THEN '基本合格' ELSE '不合格' END AS jl, saved(jcrq, id, 'yl_jdjc') AS gxsj
FROM visits v JOIN divisions d ON d.code = v.division;

CREATE OR REPLACE TEMP VIEW yl_sgcf AS
WITH incidents AS (
    SELECT number * 10 + k AS id, code, day(number * 10 + k, 'happened', DATE '2023-01-03', DATE '2026-10-31') AS fsrq,
        pick(number * 10 + k, 'incident', ['跌倒坠床', '跌倒坠床', '走失', '噎食', '火情', '超范围经营', '违规预收费', '拒绝检查']) AS lx,
        lx IN ('超范围经营', '违规预收费', '拒绝检查') AS offence
    FROM homes, (SELECT unnest([1, 2]) AS k) WHERE chance(number * 10 + k, 'incident happens', 0.3)
)
SELECT id AS sgid, ref('SJ', id, 8) AS sjbh, code AS jgbm, d8(fsrq) AS fsrq, lx,
    CASE WHEN offence OR lx = '走失' THEN 0 ELSE draw(id, 'hurt', 2) END AS swrs,
    CASE WHEN offence THEN '责令改正，处以罚款' ELSE '已送医并通知家属，机构已整改' END AS cljg,
    CASE WHEN offence THEN '京民罚〔' || year(fsrq) || '〕' || id || '号' ELSE '无' END AS wh,
    CASE WHEN offence THEN between(id, 'fine', 1, 30) * 1000 END AS je, saved(fsrq, id, 'yl_sgcf') AS gxsj
FROM incidents;

CREATE OR REPLACE TEMP VIEW yl_jgbt AS
WITH granted AS (
    SELECT number * 10 + k AS id, code, 2022 + k AS nd, pick(number * 10 + k, 'grant', ['YY', 'YY', 'YY', 'JS', 'XJ', 'YH', 'BX']) AS lx,
        between(number * 10 + k, 'basis', 10, 300) AS sl,
        day(number * 10 + k, 'granted', make_date(2022 + k, 3, 1), make_date(2022 + k, 11, 30)) AS bfrq
    FROM homes, (SELECT unnest([1, 2, 3]) AS k) WHERE chance(number * 10 + k, 'grants', 0.6)
)
SELECT id AS btid, ref('BT', id, 8) AS btbh, code AS jgbm, lx, CAST(nd AS VARCHAR) AS nd, CASE WHEN lx = 'XJ' THEN NULL ELSE sl END AS sl,
    yuan(id, 'sum', 20000, 900000) AS je, bfrq, '京财社指〔' || nd || '〕' || between(id, 'paper', 100, 999) || '号' AS bfwh,
    saved(bfrq, id, 'yl_jgbt') AS gxsj
FROM granted;

CREATE OR REPLACE TEMP VIEW yl_ysf AS
WITH accounts AS (
    SELECT number * 10 + k AS id, number, code, last_day(make_date(2026, 7 + k, 1)) AS tjrq,
        between(number * 10 + k, 'prepaid', 50, 900) * 1000000 AS ze
    FROM homes, (SELECT unnest([1, 2, 3]) AS k) WHERE chance(number, 'prepaid', 0.5)
)
SELECT id AS jlid, ref('JG', id, 8) AS jlbh, code AS jgbm, pick(number, 'bank', ['农商', '国一', '国二', '邮储']) AS yh,
    '62009930000' || lpad(CAST(number AS VARCHAR), 8, '0') AS zh, ze * between(id, 'share', 22, 60) // 100 AS ye, ze, d8(tjrq) AS tjrq
FROM accounts;
