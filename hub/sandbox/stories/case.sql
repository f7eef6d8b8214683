-- 政务服务办件系统：四分之一的人办过一件事；环节按时间推进，未到的环节还没有发生。

CREATE OR REPLACE TEMP VIEW items AS
SELECT *, '000711' || lpad(CAST(number AS VARCHAR), 3, '0') || '000' AS catalogue
FROM (VALUES (1, '内地居民结婚登记', 'QR', 0, '结婚证'), (2, '内地居民离婚登记', 'QR', 31, '离婚证'), (3, '补领婚姻登记证', 'QR', 0, '结婚证'),
    (4, '高龄津贴申领', 'JF', 15, '高龄津贴审核表'), (5, '困难残疾人生活补贴', 'JF', 20, '残疾人补贴审核表'),
    (6, '最低生活保障对象认定', 'JF', 30, '最低生活保障证'), (7, '婚姻登记预约', 'FW', 0, '预约回执')) t(number, title, kind, days, paper);

CREATE OR REPLACE TEMP VIEW bj_sx AS
SELECT number AS sxid, 'MZ-' || kind || '-' || lpad(CAST(number AS VARCHAR), 2, '0') AS sxbm, catalogue AS gjbm,
    '11110000MB1000017' || number || catalogue || '00' || lpad(CAST(number AS VARCHAR), 4, '0') AS ssbm,
    '11110000MB1000017' || catalogue || lpad(CAST(number AS VARCHAR), 2, '0') AS ywx, title AS sxmc, kind AS lx, 1 + number % 3 AS bb,
    CASE WHEN days > 0 THEN 'CN' ELSE 'JB' END AS bjlx, saved(today - 500, number, 'bj sx') AS gxsj
FROM once, items, clock;

-- 试运行的（cs_bz）不报送，撤回的（sc_bz）已删除：都只有基本信息。
CREATE OR REPLACE TEMP VIEW opened AS
SELECT p.*, i.title, i.paper, i.days, i.days * 2 + 1 AS pace, i.number AS item, o.division AS area, o.district, o.credit,
    o.division || 'MZ' || d8(asked) || ref('', p.number, 10) AS case_no,
    CASE WHEN draw(p.number, 'bj sort', 1000) < 5 THEN 'trial' WHEN draw(p.number, 'bj sort', 1000) < 15 THEN 'withdrawn'
        ELSE 'case' END AS sort
FROM (
    SELECT s.number, s.id_number, s.surname, s.given, s.foreigner, s.phone, s.address, s.recent, c.today,
        written(s.surname, s.given, s.number, 'bj written') AS applicant, typed(s.id_number, s.number, 'bj typed') AS id_no,
        at_work(day(s.number, 'bj day', c.today - 400, c.today - 2), s.number, 'bj time') AS asked,
        CASE WHEN s.birth < c.today - 29200 THEN 4 ELSE between(s.number, 'bj item', 1, 7) END AS wanted,
        coalesce(s.division, institution('街道办事处', s.number).division) AS home
    FROM spouses s, clock c WHERE chance(s.number, 'bj', 0.25)
) p JOIN items i ON i.number = p.wanted JOIN offices o ON o.division = p.home AND NOT o.branch;

CREATE OR REPLACE TEMP VIEW bj_jbxx AS
SELECT number * 10 AS bjid, item AS sxid, case_no AS bjbh, '1' AS sqrlx, applicant AS sqr,
    CASE WHEN foreigner THEN '02' ELSE '01' END AS zjlx,
    id_no AS zjhm, asked AS sqsj, pick(number, 'bj way', ['CK', 'WS', 'WS', 'ZD']) AS sqfs, applicant AS lxr, id_no AS lxr_sfzh,
    phone AS sjh,
    '10' || draw(number, 'bj post', 10) || '0' || lpad(CAST(draw(number, 'bj zip', 100) AS VARCHAR), 2, '0') AS yb, address AS dz,
    district || '民政局' AS sljg, credit AS sljg_dm,
    pick(number, 'bj clerk', ['王示例', '李样本', '张演练', '刘虚构', '陈测试', '欧阳示范']) AS slr, asked + INTERVAL 20 MINUTE AS slsj,
    '京民受字〔' || year(asked) || '〕' || number || '号' AS slwh, '申请' || title AS zy, d8(CAST(asked AS DATE) + days) AS cnrq,
    CASE sort WHEN 'withdrawn' THEN 'Y' ELSE 'N' END AS sc_bz, CASE sort WHEN 'trial' THEN 'Y' ELSE 'N' END AS cs_bz,
    kept(recent, CAST(asked AS DATE), number, 'bj jbxx') AS gxsj
FROM opened;

CREATE OR REPLACE TEMP VIEW steps AS
SELECT *, number * 10 + place AS id, started + to_minutes(between(number * 10 + place, 'bj takes', 5, 14)) AS ended
FROM (
    SELECT o.*, t.*, asked + to_minutes(CASE WHEN place > 1 THEN minutes * pace ELSE minutes END) AS started
    FROM opened o, (VALUES (0, 'SQ', '申请', 0), (1, 'SL', '受理', 20), (2, 'SC', '审查', 60), (3, 'JD', '决定', 600), (4, 'BJ', '办结', 700))
        t(place, step, step_name, minutes)
    WHERE sort = 'case'
)
WHERE started < today + 1;

CREATE OR REPLACE TEMP VIEW bj_gc AS
SELECT id AS gcid, case_no AS bjbh, step AS hjdm, step_name AS hjmc,
    pick(id, 'bj clerk', ['王示例', '李样本', '张演练', '刘虚构', '陈测试', '欧阳示范']) AS blr,
    CASE place WHEN 0 THEN '提交申请' ELSE step_name || '，情况属实' END AS blyj, started AS kssj, ended AS jssj, CAST(NULL AS VARCHAR) AS bz,
    kept(recent, CAST(ended AS DATE), id, 'bj gc') AS gxsj
FROM steps;

CREATE OR REPLACE TEMP VIEW bj_jg AS
SELECT number * 10 AS jgid, case_no AS bjbh, pick(id, 'bj ends', ['王示例', '李样本', '张演练', '刘虚构', '陈测试', '欧阳示范']) AS blr, ended AS bjsj,
    jg, CASE jg WHEN 'CZ' THEN paper END AS zzmc, CASE jg WHEN 'CZ' THEN ref('京', number, 10) END AS zzh,
    CASE jg WHEN 'CZ' THEN '予以办理' ELSE '不符合条件' END AS sm, pick(number, 'bj sent', ['Y', 'N']) AS sd,
    pick(number, 'bj liked', ['A', 'A', 'A', 'B', 'C', NULL]) AS myd, CAST(NULL AS VARCHAR) AS bz,
    kept(recent, CAST(ended AS DATE), number, 'bj jg') AS gxsj
FROM (
    SELECT *, CASE WHEN draw(number, 'bj result', 100) < 93 THEN 'CZ' WHEN draw(number, 'bj result', 100) < 97 THEN 'BY' ELSE 'TJ' END AS jg
    FROM steps WHERE place = 4
);

CREATE OR REPLACE TEMP VIEW bj_cl AS
SELECT id AS clid, case_no AS bjbh, CASE place WHEN 0 THEN '居民身份证' WHEN 1 THEN '户口簿' WHEN 2 THEN '申请表' ELSE title || '承诺书' END AS clmc,
    tjfs, between(id, 'bj copies', 1, 3) AS fs, CASE tjfs WHEN 'DZ' THEN case_no || '-' || (place + 1) || '.pdf' END AS fj,
    CAST(NULL AS VARCHAR) AS bz, kept(recent, CAST(asked AS DATE), id, 'bj cl') AS gxsj
FROM (
    SELECT *, number * 10 + place AS id, pick(number * 10 + place, 'bj paper', ['ZZ', 'DZ', 'MT']) AS tjfs
    FROM opened, (SELECT unnest([0, 1, 2, 3]) AS place) WHERE sort = 'case' AND place <= draw(number, 'bj papers', 4)
);

CREATE OR REPLACE TEMP VIEW bj_tbcx AS
SELECT number * 10 AS tbid, case_no AS bjbh, kind.lx AS lx, kind.mc AS mc, started AS kssj, '按规定需要' || kind.mc AS yy,
    pick(number, 'bj starts', ['王示例', '李样本', '张演练', '刘虚构', '陈测试', '欧阳示范']) AS sqr,
    started + to_minutes(between(number, 'bj pause', 60, 299)) AS jssj, '完成' AS jg, CAST(NULL AS VARCHAR) AS sm,
    pick(number, 'bj handles', ['王示例', '李样本', '张演练', '刘虚构', '陈测试', '欧阳示范']) AS blr, CAST(NULL AS VARCHAR) AS bz,
    kept(recent, CAST(started AS DATE), number, 'bj tbcx') AS gxsj
FROM (
    SELECT *, asked + to_minutes(between(number, 'bj wait', 30, 59)) AS started,
        pick(number, 'bj special', [{lx: 'BZ', mc: '补齐补正'},
            {lx: 'TZ', mc: '听证'}, {lx: 'GS', mc: '公示'}, {lx: 'HS', mc: '核实'}, {lx: 'GQ', mc: '挂起'}]) AS kind
    FROM opened WHERE sort = 'case' AND chance(number, 'bj special procedure', 0.1)
);
