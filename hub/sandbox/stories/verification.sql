-- 居民家庭经济状况核对：家庭申请救助，委托核对；成员授权；核对系统按项目向信息提供方查询，各方应答存入结果表，最后出报告。
-- 结果只属于已经反馈的任务；记录编号全是数字，前两位是核对项目。

CREATE OR REPLACE TEMP VIEW families AS
SELECT f.*, CASE WHEN chance(f.h, 'ec/back', 0.04) THEN '40' WHEN f.age <= 3 THEN '10' WHEN f.age <= 18 THEN '20'
        WHEN chance(f.h, 'ec/stop', 0.03) THEN '50' ELSE '30' END AS stage
FROM (SELECT h.*, day(h.h, 'ec/commission', c.today - 120, c.today - 1) AS w, c.today, date_diff('day', w, c.today) AS age
      FROM households h, clock c WHERE chance(h.h, 'ec/family', 0.15)) f;

CREATE OR REPLACE TEMP VIEW members AS
SELECT p.*, f.w, f.stage, f.today, f.address AS home, ref('CY', p.n, 12) AS cybh, date_sub('year', p.birth, f.w) AS age,
    p.died IS NULL AS lives, NOT p.died <= f.w IS TRUE AS lived,
    CASE p.slot WHEN 0 THEN '户主' WHEN 1 THEN CASE p.sex WHEN '1' THEN '夫' ELSE '妻' END
        WHEN 4 THEN '父亲' WHEN 5 THEN '母亲' ELSE CASE p.sex WHEN '1' THEN '子' ELSE '女' END END AS gx
FROM people p JOIN families f ON f.h = p.h
WHERE f.stage <> '10' AND p.birth < f.w;

-- 核对项目：序号、简码、提供方、被查询的机会（少见的财产多查，使每张结果表都有数据）。
CREATE OR REPLACE TEMP VIEW items AS
SELECT unnest([
    {i: 1, item: 'HJ', tgf: 'GA', p: 0.3}, {i: 2, item: 'GZ', tgf: 'RS', p: 0.3}, {i: 3, item: 'JY', tgf: 'SW', p: 0.7},
    {i: 4, item: 'CC', tgf: 'YH', p: 0.3}, {i: 5, item: 'ZY', tgf: 'RS', p: 0.3}, {i: 6, item: 'YL', tgf: 'RS', p: 0.3},
    {i: 7, item: 'YB', tgf: 'YB', p: 0.3}, {i: 8, item: 'SB', tgf: 'RS', p: 0.4}, {i: 9, item: 'GJJ', tgf: 'GJJ', p: 0.4},
    {i: 10, item: 'GS', tgf: 'SW', p: 0.3}, {i: 11, item: 'SC', tgf: 'SCJG', p: 0.8}, {i: 12, item: 'BDC', tgf: 'BDC', p: 0.4},
    {i: 13, item: 'FW', tgf: 'ZJ', p: 0.5}, {i: 14, item: 'CL', tgf: 'JG', p: 0.4}, {i: 15, item: 'CN', tgf: 'JT', p: 0.8},
    {i: 16, item: 'CK', tgf: 'YH', p: 0.3}, {i: 17, item: 'LC', tgf: 'YH', p: 0.4}, {i: 18, item: 'ZQ', tgf: 'ZDJ', p: 0.5},
    {i: 19, item: 'JJ', tgf: 'JJGS', p: 0.5}, {i: 20, item: 'BX', tgf: 'BX', p: 0.4}, {i: 21, item: 'ZF', tgf: 'ZFJG', p: 0.3},
    {i: 22, item: 'HY', tgf: 'HY', p: 0.3}, {i: 23, item: 'SW', tgf: 'BZ', p: 1.0}, {i: 24, item: 'CJ', tgf: 'CL', p: 1.0},
    {i: 25, item: 'CZ', tgf: 'CZ', p: 0.7}, {i: 26, item: 'ZC', tgf: 'GG', p: 0.3}], recursive := true);

CREATE OR REPLACE TEMP VIEW tasks AS
SELECT t.*, days_after(t.w, 1) AS sent, days_after(t.w, between(t.rw_id, 'ec/answer', 2, 9)) AS fd,
    CASE WHEN chance(t.rw_id, 'ec/fail', 0.03) THEN 'E' WHEN days_after(t.w, between(t.rw_id, 'ec/answer', 2, 9)) > t.today
        THEN CASE WHEN chance(t.rw_id, 'ec/wait', 0.3) THEN 'W' ELSE 'S' END ELSE 'F' END AS zt
FROM (SELECT f.h, f.w, f.today, f.head, i.i, i.item, i.tgf, f.h * 100 + i.i AS rw_id
      FROM families f, items i WHERE f.stage IN ('20', '30', '50') AND chance(f.h * 100 + i.i, 'ec/asked', i.p)) t;

-- 一名成员在一个已经反馈的任务里；x 是结果的行号的前一段。
CREATE OR REPLACE TEMP VIEW q AS
SELECT m.*, t.i, t.item, t.tgf, t.rw_id, t.fd, (m.n * 100 + t.i) AS x, m.lives AND m.age >= 18 AS adult,
    m.lives AND m.age BETWEEN 18 AND 59 AND m.employment IN ('11', '13', '17', '21', '24') AS employed
FROM members m JOIN tasks t ON t.h = m.h AND t.zt = 'F';

CREATE OR REPLACE TEMP VIEW hd_wt AS
SELECT f.h AS wt_id, ref('WT', f.h, 12) AS wtbh, o.body.credit_code AS jgdm, o.body.name AS jgmc,
    pick(f.h, 'ec/matter', ['低保', '低保', '低保', '特困', '低边', '低边', '刚支', '临救', '医救', '教救', '住保', '复核']) AS sxlx,
    dash(f.w) AS wtrq, CASE WHEN chance(f.h, 'ec/applied', 0.85) THEN ref('SQ', f.h, 12) ELSE '' END AS ywbh,
    CASE WHEN f.stage <> '10' THEN f.h END AS jt_id, dash(days_after(f.w, -between(f.h, 'ec/base', 0, 15))) AS jzrq,
    f.size AS rks, pick(f.h, 'ec/limit', [10, 15, 15, 20]) AS sxts,
        pick(f.h, 'ec/urgent', ['PT', 'PT', 'PT', 'PT', 'JJ', 'TJ']) AS jj,
    f.stage AS zt, named(f.h, 'ec/clerk') AS czr, saved(f.w, f.h, 'ec/wt') AS gxsj
FROM (SELECT *, h AS at FROM families) f, LATERAL (SELECT institution('街道办事处', f.at) AS body) o;

CREATE OR REPLACE TEMP VIEW hd_sq AS
SELECT m.n AS sq_id, ref('SQ', m.n, 12) AS sqbh, m.h AS wt_id, m.name AS xm, '01' AS zjlx, m.id_number AS zjhm,
    days_after(m.w, -between(m.h, 'ec/signed', 0, 5)) AS sqrq, days_after(m.w, -between(m.h, 'ec/signed', 0, 5)) AS yxq_q,
    days_after(m.w, 364) AS yxq_z, CASE WHEN m.age < 18 THEN 'J' ELSE pick(m.n, 'ec/mode', ['Z', 'Z', 'D', 'R']) END AS fs,
    pick(m.h, 'ec/scope', ['户籍、收入、社会保险、不动产、车辆、金融资产、支出', '收入、财产、支出等全部核对项目']) AS fw,
    ref('WJ', m.n, 12) AS wjid, CASE WHEN m.age >= 18 AND m.slot > 0 AND chance(m.n, 'ec/withdrawn', 0.03)
        THEN d8(least(days_after(m.w, 30), m.today)) ELSE '无' END AS chrq, saved(m.w, m.n, 'ec/sq') AS gxsj
FROM members m WHERE m.lived;

CREATE OR REPLACE TEMP VIEW hd_jt AS
SELECT f.h AS jt_id, ref('JT', f.h, 12) AS jtbh, f.h AS wt_id, f.head_name AS hz_xm, f.head_id_number AS hz_sfz, f.size AS rks,
    f.division AS hjqh, f.division AS jzqh, f.address AS jzdz, fen(yuan(f.h, 'ec/declared income', 0, 6000)) AS sb_sr,
    CASE WHEN chance(f.h, 'ec/nothing', 0.3) THEN 0 ELSE fen(yuan(f.h, 'ec/declared wealth', 0, 80000)) END AS sb_cc,
    saved(f.w, f.h, 'ec/jt') AS gxsj
FROM families f WHERE f.stage <> '10';

CREATE OR REPLACE TEMP VIEW hd_cy AS
SELECT m.n AS cy_id, m.cybh, m.h AS jt_id, m.name AS xm, '01' AS zjlx, m.id_number AS zjhm,
    CASE m.sex WHEN '1' THEN 'M' ELSE 'F' END AS xb, slash(m.birth) AS csrq, m.gx, left(m.marital, 1) AS hyzk,
    pick(m.h, 'ec/hukou', ['NY', 'FN', 'FN', 'JM']) AS hklx, m.employment AS jyzk, m.health AS jkzk,
    CASE WHEN m.slot IN (2, 3) AND m.age >= 25 AND chance(m.n, 'ec/obligor', 0.5) THEN 'T' ELSE 'F' END AS ywr,
    CASE WHEN chance(m.n, 'ec/struck', 0.01) AND m.slot > 1 THEN 'D' ELSE 'A' END AS zt, saved(m.w, m.n, 'ec/cy') AS gxsj
FROM members m;

CREATE OR REPLACE TEMP VIEW cx_hj AS
SELECT q.x AS id, ref('01', q.n, 14) AS jlbh, q.rw_id, q.cybh, q.name AS xm, q.id_number AS sfzh, ref('', q.h, 9) AS hh, q.gx,
    pick(q.h, 'ec/hukou', ['NY', 'FN', 'FN', 'JM']) AS hklx, q.home AS hjdz,
    slash(day(q.n, 'ec/moved', q.birth, q.w)) AS qrrq,
    CASE WHEN q.lives THEN CASE WHEN q.slot > 1 AND chance(q.n, 'ec/left', 0.03) THEN '迁出' ELSE '正常' END ELSE '死亡注销' END AS hkzt,
    saved(q.fd, q.n, 'ec/hj') AS gxsj
FROM q WHERE q.item = 'HJ';

CREATE OR REPLACE TEMP VIEW cx_gz AS
SELECT q.x * 10 + k.k AS id, ref('02', q.n * 10 + k.k, 14) AS jlbh, q.rw_id, q.cybh, q.tgf, b.body.name AS dwmc,
    b.body.credit_code AS xydm,
    strftime(q.fd - to_months(CAST(k.k AS INTEGER)), '%Y-%m') AS srny, yuan(q.n, 'ec/wage', 2420, 9800) AS yfgz,
    CAST(round(yuan(q.n, 'ec/wage', 2420, 9800) * 0.82, 2) AS DECIMAL(16,2)) AS sfgz,
    CASE WHEN chance(q.n, 'ec/bonus', 0.4) THEN yuan(q.n * 10 + k.k, 'ec/bonus sum', 100, 1500) END AS jjjt,
    saved(q.fd, q.n * 10 + k.k, 'ec/gz') AS gxsj
FROM q, (SELECT unnest([1, 2]) AS k) k, LATERAL (SELECT institution('企业', q.n) AS body) b
WHERE q.item = 'GZ' AND q.employed;

CREATE OR REPLACE TEMP VIEW cx_jy AS
SELECT q.x AS id, ref('03', q.n, 14) AS jlbh, q.rw_id, q.cybh, pick(q.n, 'ec/trade office', ['SW', 'SW', 'SCJG']) AS tgf,
    CASE q.employment WHEN '54' THEN q.name || '个体工商户' END AS ztmc, CASE q.employment WHEN '54' THEN credit(q.n) END AS xydm,
    CASE q.employment WHEN '54' THEN '个体' WHEN '27' THEN '务农' ELSE '平台' END AS jylx, year(q.w) - 1 AS nd,
    yuan(q.n, 'ec/turnover', 8000, 90000) AS sr, yuan(q.n, 'ec/cost', 1000, 60000) AS cb, saved(q.fd, q.n, 'ec/jy') AS gxsj
FROM q WHERE q.item = 'JY' AND q.adult AND q.employment IN ('27', '51', '54');

CREATE OR REPLACE TEMP VIEW cx_sr AS
SELECT q.x AS id, ref('04', q.n, 14) AS jlbh, q.rw_id, q.cybh, q.tgf, 'CC' AS srlb,
    pick(q.n, 'ec/property', ['利息', '利息', '利息', '红利', '房租', '土地流转']) AS srxm, CAST(year(q.w) - 1 AS VARCHAR) AS ssq,
    yuan(q.n, 'ec/property sum', 12, 18000) AS je, b.body.name AS fkdw, CAST(NULL AS DATE) AS zfrq,
        saved(q.fd, q.n, 'ec/cc') AS gxsj
FROM q, LATERAL (SELECT institution('银行网点', q.n) AS body) b WHERE q.item = 'CC' AND q.adult AND chance(q.n, 'ec/rich', 0.6)
UNION ALL
SELECT q.x AS id, ref('05', q.n, 14) AS jlbh, q.rw_id, q.cybh, q.tgf, 'ZY' AS srlb,
    CASE WHEN q.age >= 60 THEN '养老金' ELSE pick(q.n, 'ec/transfer', ['救助补贴', '救助补贴', '惠农补贴', '失业金', '赡养费']) END AS srxm,
    month6(date_trunc('month', q.fd) - to_days(20)) AS ssq, yuan(q.n, 'ec/transfer sum', 300, 5200) AS je, b.body.name AS fkdw,
    CAST(date_trunc('month', q.fd) - to_days(between(q.n, 'ec/paid', 1, 18)) AS DATE) AS zfrq, saved(q.fd, q.n, 'ec/zy') AS gxsj
FROM q, LATERAL (SELECT institution('街道办事处', q.n) AS body) b WHERE q.item = 'ZY' AND q.lives
    AND (q.age >= 60 OR chance(q.n, 'ec/aided', 0.4));

CREATE OR REPLACE TEMP VIEW cx_sb AS
SELECT q.x AS id, ref('06', q.n, 14) AS jlbh, q.rw_id, q.cybh, q.tgf,
    CASE WHEN q.employment = '11' THEN 'A2' WHEN q.employed OR (q.age >= 60 AND chance(q.n, 'ec/worker', 0.6)) THEN 'A1'
        ELSE 'A3' END AS xz,
    CASE WHEN q.age >= 60 THEN '4' WHEN q.employed THEN '1' ELSE pick(q.n, 'ec/insured', ['1', '1', '2']) END AS cbzt,
    CASE WHEN q.employed THEN b.body.name END AS dwmc, CASE WHEN q.employed THEN yuan(q.n, 'ec/wage', 2420, 9800) END AS jfjs,
    CASE WHEN q.age < 60 THEN month6(date_trunc('month', q.fd) - to_days(20)) END AS zjny,
    CASE WHEN q.age < 60 THEN between(q.n, 'ec/months', 1, greatest((q.age - 18) * 12, 2))
        ELSE between(q.n, 'ec/months', 180, 420) END AS ljys,
    CASE WHEN q.age >= 60 THEN '1' ELSE '0' END AS dyzt, CAST(NULL AS VARCHAR) AS dylx,
    CASE WHEN q.age >= 60 THEN yuan(q.n, 'ec/pension', 960, 5200) END AS dyje,
    CASE WHEN q.age >= 60 THEN month6(q.birth + to_years(60)) END AS dyny, saved(q.fd, q.n, 'ec/yl') AS gxsj
FROM q, LATERAL (SELECT institution('企业', q.n) AS body) b WHERE q.item = 'YL' AND q.adult AND q.age < 100
UNION ALL
SELECT q.x AS id, ref('08', q.n, 14) AS jlbh, q.rw_id, q.cybh, q.tgf, k.xz, '1' AS cbzt, b.body.name AS dwmc,
    yuan(q.n, 'ec/wage', 2420, 9800) AS jfjs, month6(date_trunc('month', q.fd) - to_days(20)) AS zjny,
        CAST(NULL AS BIGINT) AS ljys,
    CAST(NULL AS VARCHAR) AS dyzt,
    CASE WHEN k.paid THEN CASE k.xz WHEN 'B1' THEN '失业金' WHEN 'B2' THEN pick(q.n, 'ec/injury', ['伤残津贴', '护理费'])
        ELSE '生育津贴' END END AS dylx,
    CASE WHEN k.paid THEN yuan(q.n, 'ec/benefit', 1500, 4200) END AS dyje,
    CASE WHEN k.paid THEN month6(date_trunc('month', q.fd) - to_days(90)) END AS dyny, saved(q.fd, q.n, 'ec/sb') AS gxsj
FROM q, LATERAL (SELECT institution('企业', q.n) AS body) b,
    LATERAL (SELECT pick(q.n, 'ec/kind', ['B1', 'B1', 'B2', 'B3']) AS xz, chance(q.n, 'ec/benefited', 0.4) AS paid) k
WHERE q.item = 'SB' AND q.employed;

CREATE OR REPLACE TEMP VIEW cx_yb AS
SELECT q.x AS id, ref('07', q.n, 14) AS jlbh, q.rw_id, q.cybh, q.tgf, CASE WHEN q.employment = '11' THEN 'GF' WHEN q.employed
    THEN 'ZG' ELSE 'JM' END AS cblx,
    CASE WHEN q.employed THEN '1' ELSE pick(q.n, 'ec/ill insured', ['1', '1', '1', '1', '2']) END AS cbzt,
    CASE WHEN q.employed THEN b.body.name ELSE '无' END AS dwmc, CASE WHEN q.employed
        THEN yuan(q.n, 'ec/wage', 2420, 9800) END AS jfjs,
    month6(date_trunc('month', q.fd) - to_days(20)) AS zjny, fen(yuan(q.n, 'ec/ill', 0, 40000)) AS zfy,
    CAST(fen(yuan(q.n, 'ec/ill', 0, 40000)) * between(q.n, 'ec/own share', 10, 60) // 100 AS BIGINT) AS zfu,
        saved(q.fd, q.n, 'ec/yb') AS gxsj
FROM q, LATERAL (SELECT institution('企业', q.n) AS body) b WHERE q.item = 'YB' AND q.lives;

CREATE OR REPLACE TEMP VIEW cx_gjj AS
SELECT q.x AS id, ref('09', q.n, 14) AS jlbh, q.rw_id, q.cybh, q.tgf, b.body.name AS dwmc, ref('8110', q.n, 12) AS zh,
    pick(q.n, 'ec/fund', ['ZC', 'ZC', 'ZC', 'FC']) AS zhzt, yuan(q.n, 'ec/wage', 2420, 9800) AS jcjs,
    CAST(round(yuan(q.n, 'ec/wage', 2420, 9800) * 0.2, 2) AS DECIMAL(16,2)) AS yjce, yuan(q.n, 'ec/fund sum', 300, 60000) AS ye,
    month6(date_trunc('month', q.fd) - to_days(20)) AS jcny, CASE WHEN chance(q.n, 'ec/drawn', 0.2)
        THEN yuan(q.n, 'ec/drawn sum', 1000, 20000) END AS tqje,
    CASE WHEN chance(q.n, 'ec/loan', 0.1) THEN yuan(q.n, 'ec/loan sum', 50000, 800000) END AS dkye,
        saved(q.fd, q.n, 'ec/gjj') AS gxsj
FROM q, LATERAL (SELECT institution('企业', q.n) AS body) b WHERE q.item = 'GJJ' AND q.employed;

CREATE OR REPLACE TEMP VIEW cx_ns AS
SELECT q.x * 10 + k.k AS id, ref('10', q.n * 10 + k.k, 14) AS jlbh, q.rw_id, q.cybh, q.tgf, b.body.name AS kjdw,
    strftime(q.fd - to_months(CAST(k.k AS INTEGER)), '%Y-%m') AS skssq,
        pick(q.n, 'ec/taxed', ['工资薪金', '工资薪金', '工资薪金', '劳务报酬', '稿酬', '经营所得']) AS sdxm,
    yuan(q.n, 'ec/wage', 2420, 9800) AS sre,
        CAST(round(greatest(yuan(q.n, 'ec/wage', 2420, 9800) - 5000, 0) * 0.03, 2) AS DECIMAL(16,2)) AS ynse,
    CAST(round(greatest(yuan(q.n, 'ec/wage', 2420, 9800) - 5000, 0) * 0.03, 2) AS DECIMAL(16,2)) AS yjse,
    saved(q.fd, q.n * 10 + k.k, 'ec/ns') AS gxsj
FROM q, (SELECT unnest([1, 2]) AS k) k, LATERAL (SELECT institution('企业', q.n) AS body) b WHERE q.item = 'GS' AND q.employed;

CREATE OR REPLACE TEMP VIEW cx_sc AS
SELECT q.x AS id, ref('11', q.n, 14) AS jlbh, q.rw_id, q.cybh, q.tgf, CASE k.own WHEN 1 THEN q.name || '个体工商户'
    ELSE b.body.name END AS ztmc,
    CASE k.own WHEN 1 THEN credit(q.n) ELSE b.body.credit_code END AS xydm, CASE k.own WHEN 1 THEN '个体户' WHEN 2 THEN '有限公司'
        ELSE '合作社' END AS ztlx,
    CASE k.own WHEN 1 THEN '经营者' ELSE pick(q.n, 'ec/post', ['股东', '股东', '监事']) END AS rzlx,
    CAST(CASE WHEN k.own > 1 THEN between(q.n, 'ec/capital', 1, 300) * 0.25 END AS DECIMAL(18,6)) AS rjcz,
    CAST(CASE WHEN k.own > 1 THEN between(q.n, 'ec/share', 1, 100) * 0.01 END AS DECIMAL(6,4)) AS czbl,
    day(q.n, 'ec/founded', DATE '2010-01-01', q.w) AS clrq, pick(q.n, 'ec/trading', ['存续', '存续', '存续', '注销', '吊销']) AS djzt,
    pick(q.n, 'ec/goods', ['日用百货零售', '餐饮服务', '家政服务；清洁服务', '农产品销售']) AS jyfw, saved(q.fd, q.n, 'ec/sc') AS gxsj
FROM q, LATERAL (SELECT institution('企业', q.n) AS body) b,
    LATERAL (SELECT CASE WHEN q.employment = '54' THEN 1 WHEN q.employment = '27' THEN 3 ELSE 2 END AS own) k
WHERE q.item = 'SC' AND q.adult AND (q.employment = '54' OR chance(q.n, 'ec/enterprise', 0.25));

CREATE OR REPLACE TEMP VIEW cx_bdc AS
SELECT q.x AS id, ref('12', q.n, 14) AS jlbh, q.rw_id, q.cybh, q.tgf,
    CASE WHEN k.new THEN q.division || '001001GB00001F' || ref('', q.n % 100000000, 8) END AS dyh,
    CASE WHEN k.new THEN '京（' || year(k.since) || '）不动产权第' || ref('', q.n % 10000000, 7) || '号' END AS qzh, q.home AS zl,
    yuan(q.n, 'ec/area', 28, 130) AS mj, pick(q.n, 'ec/use', ['ZZ', 'ZZ', 'ZZ', 'ZZ', 'SY', 'QT']) AS yt,
        pick(q.n, 'ec/shared', ['单独', '共同', '共同', '按份']) AS gyqk,
    q.name AS qlr, CASE WHEN k.new THEN dash(k.since) END AS djrq, CASE WHEN chance(q.n, 'ec/mortgaged', 0.15) THEN 'Y'
        ELSE 'N' END AS sfdy,
    CASE WHEN chance(q.n, 'ec/seized', 0.02) THEN 'Y' ELSE 'N' END AS sfcf, saved(q.fd, q.n, 'ec/bdc') AS gxsj
FROM q, LATERAL (SELECT chance(q.n, 'ec/new paper', 0.8) AS new, day(q.n, 'ec/registered', DATE '2016-01-01', q.w) AS since) k
WHERE q.item = 'BDC' AND q.adult AND chance(q.n, 'ec/house', 0.5);

CREATE OR REPLACE TEMP VIEW cx_fw AS
SELECT q.x AS id, ref('13', q.n, 14) AS jlbh, q.rw_id, q.cybh, q.tgf, ref('HT', q.n, 12) AS htbh, k.jylx, q.home AS zl,
    yuan(q.n, 'ec/area', 28, 130) AS mj,
    CASE WHEN k.jylx IN ('购买', '出售') THEN yuan(q.n, 'ec/price', 900000, 4200000) ELSE yuan(q.n, 'ec/rent', 800, 6500) END AS je,
    day(q.n, 'ec/contract', q.w - 900, q.w) AS qdrq, saved(q.fd, q.n, 'ec/fw') AS gxsj
FROM q, LATERAL (SELECT pick(q.n, 'ec/deal', ['购买', '出售', '出租', '承租', '承租']) AS jylx) k WHERE q.item = 'FW' AND q.adult
    AND chance(q.n, 'ec/dealt', 0.3);

CREATE OR REPLACE TEMP VIEW cx_jdc AS
SELECT q.x AS id, ref('14', q.n, 14) AS jlbh, q.rw_id, q.cybh, q.tgf, k.hpzl, CASE k.hpzl WHEN '07' THEN '京B'
    ELSE '京N' END || ref('', q.n % 100000, 5)
        || CASE k.hpzl WHEN '52' THEN 'D' ELSE '' END AS hphm,
    CASE k.hpzl WHEN '07' THEN '示例牌SL125' WHEN '52' THEN '示例牌SL7000BEV' ELSE '示例牌SL7160' END AS ppxh, CASE k.hpzl WHEN '07'
        THEN 'M' ELSE 'K' END AS cllx,
    pick(q.n, 'ec/vehicle use', ['非营运', '非营运', '非营运', '出租', '货运']) AS syxz,
    CAST(CASE k.hpzl WHEN '07' THEN 0.125 WHEN '52' THEN 0
        ELSE pick(q.n, 'ec/engine', [1.498, 1.598, 1.998]) END AS DECIMAL(4,3)) AS pl,
    CAST(day(q.n, 'ec/first plate', DATE '2008-01-01', q.w) AS TIMESTAMP) AS ccdj,
        pick(q.n, 'ec/vehicle state', ['正常', '正常', '正常', '正常', '注销', '转出']) AS zt,
    saved(q.fd, q.n, 'ec/jdc') AS gxsj
FROM q, LATERAL (SELECT pick(q.n, 'ec/plate', ['02', '02', '02', '07', '52']) AS hpzl) k WHERE q.item = 'CL' AND q.adult
    AND chance(q.n, 'ec/car', 0.4);

-- 本表没有更新时间，核对系统整行删除，所以整表读、整表比。
CREATE OR REPLACE TEMP VIEW cx_cn AS
SELECT q.x AS id, ref('15', q.n, 14) AS jlbh, q.rw_id, q.cybh, CASE WHEN k.lx IN ('渔船', '游艇') THEN 'JT' ELSE 'NY' END AS tgf,
    k.lx,
    CASE WHEN k.lx IN ('渔船', '游艇') THEN ref('CB', q.n, 10) ELSE ref('NJ', q.n, 10) END AS djh,
        '示例' || k.lx || between(q.n, 'ec/type', 10, 99) || '型' AS mcxh,
    d8(day(q.n, 'ec/machine', DATE '2008-01-01', q.w)) AS djrq, CASE WHEN chance(q.n, 'ec/scrapped', 0.15) THEN '0'
        ELSE '1' END AS djzt
FROM q, LATERAL (SELECT pick(q.n, 'ec/vessel', ['拖拉机', '拖拉机', '收割机', '插秧机', '渔船', '游艇']) AS lx) k
WHERE q.item = 'CN' AND q.adult AND (q.employment = '27' OR chance(q.n, 'ec/farm', 0.12));

CREATE OR REPLACE TEMP VIEW cx_hy AS
SELECT q.x AS id, ref('22', q.n, 14) AS jlbh, q.rw_id, q.cybh, k.hyzt, CASE WHEN k.hyzt = '无登记' OR s.n IS NULL THEN '无'
    ELSE s.name END AS poxm,
    CASE WHEN k.hyzt = '无登记' OR s.n IS NULL THEN '无' ELSE s.id_number END AS posfz, CASE k.hyzt WHEN '无登记' THEN NULL WHEN '离婚'
        THEN 'LH' ELSE 'JH' END AS djlb,
    CASE WHEN k.hyzt <> '无登记'
        THEN least(days_after(greatest(q.birth, coalesce(s.birth, q.birth)), 8200 + between(q.h, 'ec/wed', 0, 1800)),
        q.w) END AS djrq,
    CASE WHEN k.hyzt <> '无登记' THEN pick(q.h, 'ec/registry', ['北京市东城区民政局', '北京市朝阳区民政局', '北京市海淀区民政局']) END AS djjg,
        saved(q.fd, q.n, 'ec/hy') AS gxsj
FROM q LEFT JOIN people s ON s.h = q.h AND q.slot < 2 AND s.slot = 1 - q.slot,
    LATERAL (SELECT CASE WHEN q.slot < 2 AND s.n IS NOT NULL THEN CASE WHEN s.died IS NULL THEN '已婚' ELSE '丧偶' END
        WHEN q.marital = '40' THEN '离婚' ELSE '无登记' END AS hyzt) k
WHERE q.item = 'HY' AND q.adult AND q.slot < 4;

-- 一名死者两条：公安只有死亡，殡葬还有火化。
CREATE OR REPLACE TEMP VIEW cx_sw AS
SELECT q.x * 10 + k.k AS id, ref('23', q.n * 10 + k.k, 14) AS jlbh, q.rw_id, q.cybh, CASE k.k WHEN 1 THEN 'GA'
    ELSE q.tgf END AS tgf, q.name AS xm, q.id_number AS sfzh,
    dash(q.died) AS swrq, CASE WHEN k.k = 2 AND q.died + 3 <= q.fd THEN dash(q.died + 3) END AS hhrq,
        pick(q.n, 'ec/proof', ['YY', 'YY', 'GA', 'CW']) AS zmlb,
    saved(q.fd, q.n * 10 + k.k, 'ec/sw') AS gxsj
FROM q, (SELECT unnest([1, 2]) AS k) k WHERE q.item = 'SW' AND q.died <= q.fd;

CREATE OR REPLACE TEMP VIEW cx_cj AS
SELECT q.x AS id, ref('24', q.n, 14) AS jlbh, q.rw_id, q.cybh, q.tgf, q.id_number || q.disability || q.disability_grade AS cjzh,
    list_extract(['视力', '听力', '言语', '肢体', '智力', '精神', '多重'], CAST(q.disability AS INTEGER)) AS cjlb,
    list_extract(['一级', '二级', '三级', '四级'], CAST(q.disability_grade AS INTEGER)) AS cjdj,
    d8(day(q.n, 'ec/card', greatest(DATE '2010-01-01', q.birth), q.w)) AS hfrq, CASE WHEN q.lives
        THEN pick(q.n, 'ec/card state', ['有效', '有效', '有效', '过期']) ELSE '注销' END AS zt,
    saved(q.fd, q.n, 'ec/cj') AS gxsj
FROM q WHERE q.item = 'CJ' AND q.disability IS NOT NULL;

CREATE OR REPLACE TEMP VIEW cx_cz AS
SELECT q.x AS id, ref('25', q.n, 14) AS jlbh, q.rw_id, q.cybh, q.tgf, b.body.name AS dwmc,
    pick(q.n, 'ec/post kind', ['XZ', 'CG', 'QE', 'QE', 'CE', 'BW']) AS bzlx,
    CASE WHEN q.age >= 60 THEN 'TX' ELSE 'ZZ' END AS rylb, fen(yuan(q.n, 'ec/wage', 2420, 9800)) AS ygz,
        month6(date_trunc('month', q.fd) - to_days(20)) AS tjny,
    saved(q.fd, q.n, 'ec/cz') AS gxsj
FROM q, LATERAL (SELECT institution('学校', q.n) AS body) b WHERE q.item = 'CZ' AND q.adult
    AND (q.employment IN ('11', '13') OR (q.age >= 60 AND chance(q.n, 'ec/public', 0.2)));

CREATE OR REPLACE TEMP VIEW cx_zc AS
SELECT q.x AS id, ref('26', q.n, 14) AS jlbh, q.rw_id, q.cybh, CASE k.zclx WHEN '医疗' THEN 'YB' WHEN '学费' THEN 'JYW'
    ELSE q.tgf END AS tgf, k.zclx,
    CASE k.zclx WHEN '医疗' THEN y.body.name WHEN '学费' THEN x.body.name ELSE '示例市政公共服务公司' END AS sfdw,
    day(q.n, 'ec/spent', q.w - 300, q.w) AS zcrq, k.je AS zcje, CASE WHEN k.zclx = '医疗'
        THEN CAST(round(k.je * 0.4, 2) AS DECIMAL(16,2)) END AS zfje, saved(q.fd, q.n, 'ec/zc') AS gxsj
FROM q, LATERAL (SELECT CASE WHEN q.age < 18 THEN '学费' WHEN q.age >= 60 THEN '医疗'
    ELSE pick(q.n, 'ec/expense', ['医疗', '水费', '电费', '燃气', '供暖']) END AS zclx,
        CASE WHEN q.age < 18 OR q.age >= 60 THEN yuan(q.n, 'ec/much', 1200, 48000)
        ELSE yuan(q.n, 'ec/little', 60, 2600) END AS je) k,
    LATERAL (SELECT institution('医院', q.n) AS body) y, LATERAL (SELECT institution('学校', q.n) AS body) x
WHERE q.item = 'ZC' AND q.lives AND q.age >= 6 AND chance(q.n, 'ec/spender', 0.7);

CREATE OR REPLACE TEMP VIEW fin_deposit AS
SELECT q.x * 10 + k.k AS id, ref('16', q.n * 10 + k.k, 14) AS rec_no, q.rw_id AS task_id, q.cybh AS member_no, q.tgf AS org,
    pick(q.n * 10 + k.k, 'ec/bank', ['NSH', 'NSH', 'GY1', 'GY2', 'GY3', 'GY4', 'YZ', 'CS']) AS bank,
    CASE k.k WHEN 1 THEN q.bank_account ELSE ref('620099', q.n * 10 + k.k, 13) END AS acct,
    CASE k.k WHEN 1 THEN 'HQ' ELSE pick(q.n, 'ec/deposit', ['HQ', 'DQ', 'DQ', 'CD']) END AS acct_kind,
    CASE WHEN k.k = 2 AND chance(q.n, 'ec/foreign money', 0.1) THEN 'USD' ELSE 'RMB' END AS ccy,
    fen(yuan(q.n * 10 + k.k, 'ec/balance', 0, 52000)) AS bal, d8(q.fd - 1) AS bal_date,
        day(q.n * 10 + k.k, 'ec/opened', DATE '2005-01-01', q.w - 30) AS open_date,
    0 AS del_flag, saved(q.fd, q.n * 10 + k.k, 'ec/deposit') AS updated_at
FROM q, (SELECT unnest([1, 2]) AS k) k WHERE q.item = 'CK' AND q.adult AND (k.k = 1 OR chance(q.n, 'ec/two accounts', 0.5));

CREATE OR REPLACE TEMP VIEW fin_wealth AS
SELECT q.x AS id, ref('17', q.n, 14) AS rec_no, q.rw_id AS task_id, q.cybh AS member_no, q.tgf AS org, '示例银行理财子公司' AS issuer,
    '稳健增利' || between(q.n, 'ec/series', 100, 999) || '号' AS prod_name,
        pick(q.n, 'ec/wealth kind', ['GS', 'GS', 'GS', 'HH', 'QY']) AS prod_kind,
    fen(yuan(q.n, 'ec/held', 1000, 200000)) AS amt, d8(k.since) AS value_date, CASE WHEN chance(q.n, 'ec/open', 0.3)
        THEN '99991231' ELSE d8(days_after(k.since, 182)) END AS due_date,
    0 AS del_flag, saved(q.fd, q.n, 'ec/wealth') AS updated_at
FROM q, LATERAL (SELECT day(q.n, 'ec/invested', q.w - 400, q.w) AS since) k WHERE q.item = 'LC' AND q.adult
    AND chance(q.n, 'ec/investor', 0.35);

CREATE OR REPLACE TEMP VIEW fin_security AS
SELECT q.x AS id, ref('18', q.n, 14) AS rec_no, q.rw_id AS task_id, q.cybh AS member_no, q.tgf AS org, ref('A', q.n, 9) AS acct,
    CASE WHEN k.held THEN ref('', 600000 + q.n % 900, 6) END AS code, CASE WHEN k.held THEN '示例股份' || q.n % 900 END AS sec_name,
    CAST(CASE WHEN k.held THEN between(q.n, 'ec/lots', 1, 80) * 100 ELSE 0 END AS DECIMAL(20,4)) AS qty,
    CASE WHEN k.held THEN between(q.n, 'ec/lots', 1, 80) * between(q.n, 'ec/quote', 20000, 400000) END AS mkt,
        d8(q.fd - 1) AS val_date,
    fen(yuan(q.n, 'ec/cash', 0, 9000)) AS cash, 0 AS del_flag, saved(q.fd, q.n, 'ec/security') AS updated_at
FROM q, LATERAL (SELECT chance(q.n, 'ec/holding', 0.8) AS held) k WHERE q.item = 'ZQ' AND q.adult
    AND chance(q.n, 'ec/shareholder', 0.3);

CREATE OR REPLACE TEMP VIEW fin_fund AS
SELECT q.x AS id, ref('19', q.n, 14) AS rec_no, q.rw_id AS task_id, q.cybh AS member_no, q.tgf AS org,
    ref('', 510000 + q.n % 9000, 6) AS code,
    '示例' || k.name || q.n % 9000 AS prod_name, k.kind AS prod_kind,
        CAST(between(q.n, 'ec/units', 100000, 90000000) * 0.0001 AS DECIMAL(20,4)) AS units,
    fen(yuan(q.n, 'ec/fund value', 100, 60000)) AS mkt, d8(q.fd - 1) AS val_date, 0 AS del_flag,
        saved(q.fd, q.n, 'ec/fund') AS updated_at
FROM q, LATERAL (SELECT unnest(pick(q.n, 'ec/fund kind',
    [{kind: 'HB', name: '货币基金'}, {kind: 'ZQ', name: '债券基金'}, {kind: 'GP', name: '股票基金'},
    {kind: 'HH', name: '混合基金'}, {kind: 'GZ', name: '储蓄国债'}]))) k WHERE q.item = 'JJ' AND q.adult
        AND chance(q.n, 'ec/fund holder', 0.3);

CREATE OR REPLACE TEMP VIEW fin_insurance AS
SELECT q.x AS id, ref('20', q.n, 14) AS rec_no, q.rw_id AS task_id, q.cybh AS member_no, q.tgf AS org, '示例人寿保险公司' AS company,
    ref('BD', q.n, 14) AS policy_no, k.kind AS ins_kind,
    q.name AS holder, CASE WHEN k.kind <> '车险' THEN q.name END AS insured, fen(yuan(q.n, 'ec/premium', 100, 12000)) AS premium,
    CASE WHEN k.kind IN ('寿险', '分红', '年金') THEN fen(yuan(q.n, 'ec/surrender', 0, 60000)) END AS cash_value,
        d8(k.since) AS start_date,
    d8(CASE WHEN k.kind IN ('车险', '意外') THEN days_after(k.since, 364) ELSE days_after(k.since, 7300) END) AS end_date,
        0 AS del_flag, saved(q.fd, q.n, 'ec/insurance') AS updated_at
FROM q, LATERAL (SELECT pick(q.n, 'ec/policy', ['寿险', '分红', '年金', '健康', '意外', '车险']) AS kind,
    day(q.n, 'ec/insured since', DATE '2012-01-01', q.w) AS since) k
WHERE q.item = 'BX' AND q.adult AND chance(q.n, 'ec/policy holder', 0.4);

CREATE OR REPLACE TEMP VIEW fin_payment AS
SELECT q.x AS id, ref('21', q.n, 14) AS rec_no, q.rw_id AS task_id, q.cybh AS member_no, q.tgf AS org,
    pick(q.n, 'ec/payer', ['示例支付甲公司', '示例支付乙公司']) AS company,
    ref('2088', q.n, 12) AS acct, fen(yuan(q.n, 'ec/purse', 0, 5000)) AS bal, CASE WHEN chance(q.n, 'ec/purse fund', 0.4)
        THEN fen(yuan(q.n, 'ec/purse fund sum', 0, 30000)) END AS fund_bal,
    d8(q.fd - 1) AS bal_date, 0 AS del_flag, saved(q.fd, q.n, 'ec/payment') AS updated_at
FROM q WHERE q.item = 'ZF' AND q.adult AND q.age < 75 AND chance(q.n, 'ec/purse owner', 0.8);

CREATE OR REPLACE TEMP VIEW answers AS
SELECT rw_id, count(*) AS jls FROM (
    SELECT rw_id FROM cx_hj UNION ALL SELECT rw_id FROM cx_gz UNION ALL SELECT rw_id FROM cx_jy UNION ALL SELECT rw_id FROM cx_sr
    UNION ALL SELECT rw_id FROM cx_sb UNION ALL SELECT rw_id FROM cx_yb UNION ALL SELECT rw_id FROM cx_gjj UNION ALL SELECT rw_id
        FROM cx_ns
    UNION ALL SELECT rw_id FROM cx_sc UNION ALL SELECT rw_id FROM cx_bdc UNION ALL SELECT rw_id FROM cx_fw UNION ALL SELECT rw_id
        FROM cx_jdc
    UNION ALL SELECT rw_id FROM cx_cn UNION ALL SELECT rw_id FROM cx_hy UNION ALL SELECT rw_id FROM cx_sw UNION ALL SELECT rw_id
        FROM cx_cj
    UNION ALL SELECT rw_id FROM cx_cz UNION ALL SELECT rw_id FROM cx_zc UNION ALL SELECT task_id FROM fin_deposit
        UNION ALL SELECT task_id FROM fin_wealth
    UNION ALL SELECT task_id FROM fin_security UNION ALL SELECT task_id FROM fin_fund UNION ALL SELECT task_id FROM fin_insurance
        UNION ALL SELECT task_id FROM fin_payment)
GROUP BY rw_id;

CREATE OR REPLACE TEMP VIEW hd_rw AS
SELECT t.rw_id, ref('RW', t.rw_id, 14) AS rwbh, t.h AS wt_id, ref('SQ', t.head, 12) AS sqbh, t.tgf, t.item AS xm_dm,
    at_work(t.sent, t.rw_id, 'ec/sent') AS fqsj,
    CASE WHEN t.zt = 'F' THEN at_work(t.fd, t.rw_id, 'ec/fed') END AS fksj, CASE WHEN t.zt = 'F'
        THEN coalesce(a.jls, 0) END AS jls, t.zt,
    CASE WHEN t.zt = 'E' THEN pick(t.rw_id, 'ec/why', ['对方系统维护', '查询超时', '授权书影像不清']) ELSE '无' END AS sbyy,
    saved(CASE WHEN t.zt = 'F' THEN t.fd ELSE t.sent END, t.rw_id, 'ec/rw') AS gxsj
FROM tasks t LEFT JOIN answers a ON a.rw_id = t.rw_id;

-- 报告在最后一个反馈期限之后出；每份与申报不符的报告有一到三个不符项。
CREATE OR REPLACE TEMP VIEW reports AS
SELECT f.*, days_after(f.w, between(f.h, 'ec/report', 11, 17)) AS made, CASE WHEN chance(f.h, 'ec/differs', 0.45)
    THEN between(f.h, 'ec/how many', 1, 3) ELSE 0 END AS faults,
    chance(f.h, 'ec/incomplete', 0.05) AS incomplete, chance(f.h, 'ec/contested', 0.3) AS contested
FROM families f WHERE f.stage = '30';

CREATE OR REPLACE TEMP VIEW hd_bg AS
SELECT r.h AS bg_id, ref('BG', r.h, 12) AS bgbh, r.h AS wt_id, days_after(r.w, -between(r.h, 'ec/base', 0, 15)) AS jzrq,
    r.made AS cjrq,
    CASE WHEN r.faults > 0 THEN '不符' WHEN r.incomplete THEN '不全' ELSE '相符' END AS jl,
        fen(yuan(r.h, 'ec/verified income', 200, 4200)) AS rjsr,
    fen(yuan(r.h, 'ec/verified wealth', 0, 260000)) AS ccze, r.faults AS bfxs, ref('BGWJ', r.h, 12) AS wjid,
        '11110000000013127X' AS jgdm,
    CASE WHEN chance(r.h, 'ec/sealed', 0.9) THEN ref('QZ', r.h, 12) END AS qzid, days_after(r.made, 180) AS yxqz,
    CASE WHEN r.faults > 0 AND r.contested THEN 'F' ELSE 'Y' END AS zt, saved(r.made, r.h, 'ec/bg') AS gxsj
FROM reports r;

CREATE OR REPLACE TEMP VIEW hd_bfx AS
SELECT r.h * 10 + k.k AS bfx_id, ref('BF', r.h * 10 + k.k, 12) AS bfxbh, ref('BG', r.h, 12) AS bgbh, CASE k.k WHEN 3 THEN NULL
    ELSE ref('CY', r.head, 12) END AS cybh,
    s.item AS xm_dm, s.told || '0元' AS sbz, s.told || yuan(r.h * 10 + k.k, 'ec/found', 800, 90000) || '元' AS hdz,
        fen(yuan(r.h * 10 + k.k, 'ec/found', 800, 90000)) AS cye,
    '超过当地救助条件规定的限额' AS bz, pick(r.h * 10 + k.k, 'ec/judged', ['C', 'C', 'W', 'S']) AS jg,
        saved(r.made, r.h * 10 + k.k, 'ec/bfx') AS gxsj
FROM reports r, (SELECT unnest([1, 2, 3]) AS k) k,
    LATERAL (SELECT unnest(list_extract([{item: 'CK', told: '存款'}, {item: 'GZ', told: '月工资'}, {item: 'CC', told: '财产收入'}],
        k.k))) s
WHERE k.k <= r.faults;

CREATE OR REPLACE TEMP VIEW hd_fh AS
SELECT r.h AS fh_id, ref('FH', r.h, 12) AS fhbh, ref('BG', r.h, 12) AS bgbh, r.head_name AS sqr, d8(k.asked) AS sqrq,
    'CK' AS xm_dm,
    pick(r.h, 'ec/reason', ['该存款是代他人保管', '账户已经注销', '该笔款项已用于治病']) AS ly,
    CASE WHEN k.done <= r.today THEN pick(r.h, 'ec/outcome', ['维持', '维持', '更正', '撤回']) END AS jg, CASE WHEN k.done <= r.today
        THEN d8(k.done) END AS bjrq,
    '11110000000013127X' AS jgdm, saved(least(k.done, r.today), r.h, 'ec/fh') AS gxsj
FROM reports r, LATERAL (SELECT least(r.made + 1 + CAST(between(r.h, 'ec/objected', 0, 4) AS INTEGER), r.today) AS asked,
    r.made + CAST(between(r.h, 'ec/decided', 6, 20) AS INTEGER) AS done) k
WHERE r.faults > 0 AND r.contested AND r.made < r.today;
