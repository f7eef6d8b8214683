-- 儿童福利信息系统：儿童档案及其监护人、父母、认定、保障、发放、入院、项目，以及福利机构和基层儿童工作者。
-- 孤儿和事实无人抚养儿童跟亲属（所在户的户主）生活，他们的父母不在人口中，只有姓名。

CREATE OR REPLACE TEMP VIEW cw_org AS
SELECT number AS org_id, CASE WHEN annex THEN ref('BJRTB', number, 6) ELSE credit_code END AS org_code, name AS org_name,
    CASE WHEN NOT annex THEN credit_code END AS credit_code,
    CASE WHEN annex THEN 'RTB' ELSE pick(number, 'cw kind of home', ['FLY', 'FLY', 'FLY', 'WBZ', 'SOS', 'QT']) END AS org_type,
    division AS area_code, address, named(number, 'cw leader') AS leader, phone AS tel, beds,
    CASE WHEN state = 9 THEN 0 ELSE beds * between(number, 'cw full', 40, 100) // 100 END AS children,
    between(number, 'cw staff', 8, 120) AS staff, state, saved(day(number, 'cw home saved', today - 400, today - 5), number, 'cw home') AS update_time
FROM (
    SELECT i.*, c.today, chance(number, 'cw annex', 0.2) AS annex, between(number, 'cw beds', 20, 300) AS beds,
        pick(number, 'cw home state', [1, 1, 1, 1, 1, 1, 1, 1, 0, 9]) AS state
    FROM once, institutions i, clock c WHERE i.kind = '儿童福利机构'
);

-- 在册的未成年人。kind 与标准的儿童类别一致：1 集中养育孤儿 2 散居孤儿 3 事实无人抚养 4 艾滋 5 困境 6 留守 7 流动。
CREATE OR REPLACE TEMP VIEW kids AS
SELECT p.n, p.h, p.name, p.surname, p.sex, p.id_number, p.birth, p.nation, p.division, p.address, p.health, p.disability,
    p.disability_grade, g.n AS head, g.name AS head_name, g.id_number AS head_id, g.sex AS head_sex, g.phone, g.bank_account,
    c.today, date_sub('year', p.birth, c.today) AS age,
    pick(p.n, 'cw kind', [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 5, 5, 5, 5, 5, 6, 6, 6, 7, 7, 7]) AS kind,
    day(p.n, 'cw enrolled', greatest(p.birth + 30, c.today - 1500), c.today - 75) AS enrolled,
    pick(p.n, 'cw allowance', ['A', 'A', 'A', 'A', 'A', 'A', 'A', 'S', 'T']) AS paid, pick(p.n, 'cw stopped', ['SY', 'HF', 'QC', 'BF', 'QT']) AS stopped
FROM people p JOIN people g ON g.h = p.h AND g.slot = 0, clock c
WHERE p.slot IN (2, 3) AND p.died IS NULL AND p.birth > c.today - INTERVAL 18 YEAR AND p.birth < c.today - 120
    AND chance(p.n, 'cw child', 0.75);

CREATE OR REPLACE TEMP VIEW cw_child AS
SELECT n AS id, ref('ET', n, 12) AS child_no, name AS child_name, CASE sex WHEN '1' THEN '男' ELSE '女' END AS gender,
    CASE WHEN nameless THEN '' WHEN age < 1 THEN 'CSZM' WHEN age < 10 THEN pick(n, 'cw paper', ['SFZ', 'HKB']) ELSE 'SFZ' END AS id_type,
    CASE WHEN nameless THEN '' WHEN age < 1 THEN ref('T', n % 1000000000, 9) ELSE id_number END AS id_no, birth AS birthday,
    CASE WHEN NOT nameless THEN list_extract([
        '汉族', '蒙古族', '回族', '藏族', '维吾尔族', '苗族', '彝族', '壮族', '布依族', '朝鲜族', '满族', '侗族', '瑶族', '白族', '土家族',
        '哈尼族', '哈萨克族', '傣族', '黎族', '傈僳族', '佤族', '畲族', '高山族', '拉祜族', '水族', '东乡族', '纳西族', '景颇族', '柯尔克孜族', '土族',
        '达斡尔族', '仫佬族', '羌族', '布朗族', '撒拉族', '毛南族', '仡佬族', '锡伯族', '阿昌族', '普米族', '塔吉克族', '怒族', '乌孜别克族', '俄罗斯族',
        '鄂温克族', '德昂族', '保安族', '裕固族', '京族', '塔塔尔族', '独龙族', '鄂伦春族', '赫哲族', '门巴族', '珞巴族', '基诺族'
        ], CAST(nation AS INTEGER)) END AS nation,
    CASE WHEN NOT nameless THEN pick(n, 'cw hukou', ['农业', '非农业', '居民', '居民']) END AS hukou,
    CASE WHEN NOT nameless THEN division END AS census_area, CASE WHEN NOT nameless THEN address END AS census_address, address AS live_address,
    CASE health WHEN '10' THEN 'JK' WHEN '20' THEN 'YB' WHEN '30' THEN 'MB' ELSE 'CJ' || right(health, 1) END AS health,
    CASE WHEN disability IS NULL THEN '无'
        ELSE list_extract(['SL', 'TL', 'YY', 'ZT', 'ZL', 'JS', 'DC'], CAST(disability AS INTEGER)) END AS dis_type,
    coalesce(CAST(disability_grade AS INTEGER), 0) AS dis_level,
    CASE WHEN age < 3 THEN 'WD' WHEN age < 6 THEN 'YEY' WHEN disability IN ('5', '6') THEN 'TX' WHEN age < 12 THEN 'XX'
        WHEN age < 15 THEN 'CZ' ELSE pick(n, 'cw school', ['GZ', 'GZ', 'ZZ', 'SX']) END AS school,
    list_extract(['GE_JZ', 'GE_SJ', 'SSWR', 'AZ', 'KJ', 'LS', 'LD'], kind) AS child_type,
    list_extract(['CQ', 'QS', 'QS', 'FM', 'FM', 'QS', 'FM'], kind) AS guard_state,
    CASE WHEN kind > 5 THEN pick(n, 'cw status', ['ZC', 'ZC', 'ZC', 'ZC', 'ZC', 'HJ', 'QC'])
        WHEN kind < 5 AND paid = 'T' THEN CASE stopped WHEN 'SY' THEN 'BSY' WHEN 'HF' THEN 'HJ' WHEN 'QC' THEN 'QC' ELSE 'ZC' END
        ELSE 'ZC' END AS status, '0' AS is_deleted,
    saved(enrolled, n, 'cw child') AS update_time
FROM (SELECT *, kind = 1 AND chance(n, 'cw nameless', 0.25) AS nameless FROM kids);

CREATE OR REPLACE TEMP VIEW cw_guardian AS
SELECT n * 10 + which AS id, n AS child_id, ref('JH', n * 10 + which, 13) AS guardian_no, name, id_no, relation, guard_type, ability,
    mobile, work_unit, address, saved(enrolled, n * 10 + which, 'cw guardian') AS update_time
FROM (
    SELECT n, enrolled, 1 AS which, head_name AS name, head_id AS id_no,
        CASE WHEN kind IN (2, 3) THEN CASE head_sex WHEN '1' THEN pick(n, 'cw uncle', ['伯父', '叔父', '舅父']) ELSE pick(n, 'cw aunt', ['姑母', '姨母']) END
            WHEN head_sex = '1' THEN '父亲' ELSE '母亲' END AS relation,
        CASE WHEN kind IN (2, 3) THEN pick(n, 'cw guardianship', ['ZD', 'ZD', 'YZ', 'XY']) ELSE 'FD' END AS guard_type,
        CASE WHEN kind = 5 THEN pick(n, 'cw ability', [1, 2, 3]) ELSE 1 END AS ability, phone AS mobile,
        CASE WHEN chance(n, 'cw jobless', 0.3) THEN '无' ELSE institution('企业', n).name END AS work_unit, address
    FROM kids WHERE kind > 1
    UNION ALL
    SELECT k.n, enrolled, 2, s.name, s.id_number, CASE s.sex WHEN '1' THEN '父亲' ELSE '母亲' END, 'FD', 1, s.phone,
        CASE WHEN chance(s.n, 'cw jobless', 0.3) THEN '无' ELSE institution('企业', s.n).name END, k.address
    FROM kids k JOIN people s ON s.h = k.h AND s.slot = 1 AND s.died IS NULL WHERE k.kind > 3
    UNION ALL
    SELECT n, enrolled, 3, named(n, 'cw leader'), '', '非亲属', 'MZ', NULL, institution('儿童福利机构', n).phone,
        institution('儿童福利机构', n).name, institution('儿童福利机构', n).address
    FROM kids WHERE kind = 1
);

-- 孤儿的父母已经死亡；事实无人抚养儿童的父母按认定情形 A、B、C。
CREATE OR REPLACE TEMP VIEW unattended AS
SELECT *, pick(n, 'cw situation', ['A', 'A', 'B', 'B', 'B', 'C']) AS situation, days_after(enrolled, between(n, 'cw applied', 0, 12)) AS applied,
    days_after(enrolled, between(n, 'cw confirmed', 20, 55)) AS confirmed
FROM kids WHERE kind <= 3;

CREATE OR REPLACE TEMP VIEW cw_parent AS
SELECT id, child_id, ref('FM', id, 13) AS record_no, role, name, id_no, situation,
    CASE situation WHEN 'SW' THEN '死亡证明' WHEN 'CJ' THEN '残疾人证' WHEN 'ZB' THEN '诊断证明' WHEN 'FX' THEN '刑事判决书'
        WHEN 'SL' THEN '查找不到情况说明' WHEN 'CX' THEN '民事判决书' END AS proof,
    CASE WHEN situation <> 'WU' THEN dash(begun) ELSE '' END AS begin_date, '' AS end_date,
    CASE situation WHEN 'SW' THEN 'GA' WHEN 'CJ' THEN 'CL' WHEN 'ZB' THEN 'YB' WHEN 'FX' THEN 'SF' WHEN 'SL' THEN 'GA' WHEN 'CX' THEN 'FY'
        ELSE 'JW' END AS verified_by, saved(enrolled, id, 'cw parent') AS update_time
FROM (
    SELECT n * 10 + 1 AS id, n AS child_id, 'F' AS role,
        CASE WHEN surname = '' THEN named(n, 'cw father') ELSE surname || right(named(n, 'cw father'), 1) END AS name, '' AS id_no,
        CASE WHEN kind < 3 OR situation = 'B' THEN 'SW' WHEN situation = 'C' THEN 'CX' ELSE pick(n, 'cw father is', ['CJ', 'ZB', 'FX', 'SL']) END
            AS situation, day(n, 'cw father left', greatest(birth, enrolled - 700), enrolled) AS begun, enrolled
    FROM unattended
    UNION ALL
    SELECT n * 10 + 2, n, 'M', named(n, 'cw mother'), '',
        CASE WHEN kind < 3 THEN 'SW' WHEN situation = 'C' THEN 'CX' ELSE pick(n, 'cw mother is', ['CJ', 'ZB', 'FX', 'SL', 'SL']) END,
        day(n, 'cw mother left', greatest(birth, enrolled - 700), enrolled), enrolled
    FROM unattended
    UNION ALL
    SELECT n * 10 + 3, n, CASE head_sex WHEN '1' THEN 'F' ELSE 'M' END, head_name, head_id,
        CASE WHEN kind = 5 THEN pick(n, 'cw head is', ['WU', 'WU', 'CJ', 'ZB']) ELSE 'WU' END,
        day(n, 'cw head fell', greatest(birth, enrolled - 700), enrolled), enrolled
    FROM kids WHERE kind IN (4, 5)
);

-- 孤儿认定和事实无人抚养儿童认定出自同一张表；另有少数困境儿童申请孤儿认定而未获认定。
CREATE OR REPLACE TEMP VIEW cw_recognition AS
SELECT n AS id, CASE WHEN kind = 3 THEN ref('SS', n, 12) ELSE ref('GE', n, 12) END AS biz_no, CASE WHEN kind = 3 THEN 'SSWR' ELSE 'GE' END AS biz_type,
    ref('ET', n, 12) AS child_no, at_work(applied, n, 'cw applied') AS apply_time,
    CASE WHEN kind = 1 THEN named(n, 'cw leader') ELSE head_name END AS applicant,
    CASE WHEN kind = 1 THEN 'JZ' WHEN kind <> 3 THEN pick(n, 'cw care', ['QS', 'QS', 'QS', 'JY', 'QT']) END AS care_mode,
    CASE WHEN kind = 3 THEN situation END AS situation, CASE WHEN kind = 3 THEN 'Y' END AS check_result,
    CASE WHEN kind <> 1 THEN institution('街道办事处', n).credit_code END AS accept_org, 'MZJ' || division AS confirm_org, d8(confirmed) AS confirm_date,
    CASE WHEN kind = 5 THEN 0 ELSE 1 END AS passed, CASE WHEN kind < 3 THEN '京儿福字第' || lpad(CAST(n AS VARCHAR), 8, '0') || '号' END AS cert_no,
    CASE WHEN chance(n, 'cw away', 0.15) THEN 'Y' ELSE 'N' END AS cross_province, saved(confirmed, n, 'cw recognition') AS update_time
FROM (
    SELECT n, kind, head_name, division, situation, applied, confirmed FROM unattended
    UNION ALL
    SELECT n, kind, head_name, division, NULL, enrolled, days_after(enrolled, 30) FROM kids WHERE kind = 5 AND chance(n, 'cw refused', 0.12)
);

CREATE OR REPLACE TEMP VIEW cw_difficulty AS
SELECT n AS id, ref('KJ', n, 12) AS record_no, ref('ET', n, 12) AS child_no, category,
    CASE category WHEN '家庭贫困' THEN pick(n, 'cw poor', ['DB', 'DB', 'TK', 'BY', 'GX']) ELSE pick(n, 'cw poor', ['FP', 'FP', 'DB', 'QT']) END AS family_poor,
    CASE WHEN category = '监护缺失或不当' THEN pick(n, 'cw plight', ['10', '20', '30', '40', '50', '60']) ELSE '' END AS dilemma,
    pick(n, 'cw measure', ['基本生活补助', '医疗康复', '监护随访', '助学帮扶']) || '；定期走访' AS measures, confirmed AS confirm_date,
    named(n, 'cw duty') AS duty_person, pick(n, 'cw difficulty', ['A', 'A', 'A', 'A', 'S', 'T']) AS state,
    saved(confirmed, n, 'cw difficulty') AS update_time
FROM (
    SELECT *, days_after(enrolled, between(n, 'cw difficulty', 10, 60)) AS confirmed,
        CASE WHEN kind = 3 THEN '监护缺失或不当' WHEN disability IS NOT NULL THEN '自身残疾' WHEN health = '30' THEN '自身患重病'
            ELSE pick(n, 'cw category', ['家庭贫困', '家庭贫困', '监护缺失或不当', '其他']) END AS category
    FROM kids WHERE kind = 5 OR kind = 3 AND chance(n, 'cw both', 0.4)
);

CREATE OR REPLACE TEMP VIEW cw_mobility AS
SELECT n AS id, ref('LL', n, 12) AS record_no, ref('ET', n, 12) AS child_no, CASE kind WHEN 6 THEN 'LS' ELSE 'LD' END AS kind,
    CASE kind WHEN 6 THEN pick(n, 'cw out', ['SF', 'SF', 'SF', 'YF', 'YS']) ELSE 'XZ' END AS parent_out,
    CASE kind WHEN 6 THEN pick(n, 'cw work', ['130100', '130600', '140100', '340100', '370100', '410100', '411500']) ELSE division END AS work_area,
    CASE kind WHEN 6 THEN coalesce(elder, named(n, 'cw carer')) ELSE '' END AS carer, CASE kind WHEN 6 THEN coalesce(elder_id, '') ELSE '' END AS carer_id_no,
    CASE kind WHEN 6 THEN slash(days_after(enrolled, -between(n, 'cw agreed', 0, 25))) ELSE '' END AS agree_date, phone,
    slash(visited) AS visit_date, CASE WHEN age < 6 THEN 3 ELSE pick(n, 'cw attends', [1, 1, 1, 2, 2, 9]) END AS school_state,
    saved(visited, n, 'cw mobility') AS update_time
FROM (
    SELECT k.*, day(k.n, 'cw visit', greatest(enrolled, k.today - 180), k.today - 1) AS visited, e.name AS elder, e.id_number AS elder_id
    FROM kids k LEFT JOIN people e ON e.h = k.h AND e.slot = 5 AND e.died IS NULL WHERE k.kind IN (6, 7)
);

CREATE OR REPLACE TEMP VIEW allowances AS
SELECT *, date_trunc('month', days_after(enrolled, 62)) AS started, paid AS state,
    CASE WHEN kind = 1 THEN 262500 ELSE 235000 END AS standard
FROM kids WHERE kind <= 4;

CREATE OR REPLACE TEMP VIEW cw_allowance AS
SELECT n AS id, ref('ETBZ', n, 12) AS allow_no, ref('ET', n, 12) AS child_no, kind AS category, standard AS standard_fen,
    strftime(started, '%Y-%m') AS start_month, CASE WHEN state = 'A' THEN '' ELSE strftime(ended, '%Y-%m') END AS last_month,
    CASE WHEN state = 'T' THEN stopped END AS stop_reason,
    CASE WHEN kind > 1 THEN head_name END AS payee, CASE WHEN kind > 1 THEN bank_account END AS payee_account, state,
    saved(greatest(enrolled, CASE WHEN state = 'A' THEN enrolled ELSE ended END), n, 'cw allowance') AS update_time
FROM (SELECT *, day(n, 'cw ended', least(started, today - 1), today - 1) AS ended FROM allowances);

-- 按月发放，只有最近四个月的明细；每月十日发放，失败的次月补发另记。
CREATE OR REPLACE TEMP VIEW cw_payment AS
SELECT id, ref('FF', id, 14) AS pay_no, ref('ETBZ', n, 12) AS allow_no, 'ETF' || month6(month) || division AS batch_no,
    CAST(month6(month) AS INTEGER) AS pay_month, standard AS due_fen, adjust AS adjust_fen, standard + coalesce(adjust, 0) AS paid_fen,
    at_work(days_after(month, 9), id, 'cw paid') AS pay_time, CASE WHEN failed THEN 'F' WHEN chance(id, 'cw waits', 0.02) THEN 'W' ELSE 'S' END AS result,
    CASE WHEN failed THEN pick(id, 'cw failure', ['E01', 'E02', 'E03', 'E04']) ELSE '' END AS fail_code,
    saved(days_after(month, 9), id, 'cw payment') AS update_time
FROM (
    SELECT *, n * 100 + ago AS id, chance(n * 100 + ago, 'cw fails', 0.04) AS failed,
        CASE WHEN chance(n * 100 + ago, 'cw adjusts', 0.06) THEN pick(n * 100 + ago, 'cw adjust', [-20000, 12050, 235000]) END AS adjust
    FROM (
        SELECT a.n, a.division, a.standard, a.state, a.started, m.ago, CAST(date_trunc('month', a.today) - to_months(m.ago) AS DATE) AS month
        FROM allowances a, (SELECT unnest([1, 2, 3, 4]) AS ago) m
    )
    WHERE started <= month AND state = 'A'
);

CREATE OR REPLACE TEMP VIEW cw_stay AS
SELECT n AS id, ref('RY', n, 12) AS stay_no, ref('ET', n, 12) AS child_no, institution('儿童福利机构', n).number AS org_id, enrolled AS in_date, in_source,
    CASE in_source WHEN 'GA' THEN institution('医院', n).address || '附近' END AS found_place,
    CASE in_source WHEN 'GA' THEN '捡拾证〔' || year(enrolled) || '〕' || n || '号' END AS police_no,
    CASE in_source WHEN 'GA' THEN days_after(enrolled, between(n, 'cw notice', 1, 20)) END AS notice_date,
    CASE WHEN gone THEN left_on END AS out_date,
    CASE WHEN gone THEN CASE kind WHEN 1 THEN pick(n, 'cw leaves', ['JY', 'ZY', 'QT']) ELSE 'HJ' END END AS out_reason,
    saved(CASE WHEN gone THEN left_on ELSE enrolled END, n, 'cw stay') AS update_time
FROM (
    SELECT *, CASE kind WHEN 1 THEN pick(n, 'cw from', ['GA', 'GA', 'GE', 'FY', 'WB']) ELSE pick(n, 'cw from', ['SS', 'LS', 'WB']) END AS in_source,
        kind <> 1 OR chance(n, 'cw gone', 0.2) AS gone, days_after(enrolled, between(n, 'cw days', 5, 70)) AS left_on
    FROM kids WHERE kind = 1 OR kind = 3 AND chance(n, 'cw stays', 0.3)
);

CREATE OR REPLACE TEMP VIEW cw_project AS
SELECT n AS id, ref('XM', n, 12) AS project_no, ref('ET', n, 12) AS child_no, kind_name AS kind, applied AS apply_date,
    CASE kind_name WHEN '福彩圆梦·孤儿助学工程' THEN institution('学校', n).name ELSE institution('医院', n).name END AS unit_name,
    CASE audit WHEN 1 THEN yuan(n, 'cw amount', 2000, 60000) END AS amount, audit, CASE audit WHEN 1 THEN done END AS do_date,
    saved(CASE audit WHEN 1 THEN done ELSE applied END, n, 'cw project') AS update_time
FROM (
    SELECT *, days_after(enrolled, between(n, 'cw project', 1, 30)) AS applied, days_after(enrolled, between(n, 'cw done', 31, 74)) AS done,
        pick(n, 'cw audit', [1, 1, 1, 1, 0, 2]) AS audit,
        CASE WHEN kind <= 2 AND age >= 15 THEN '福彩圆梦·孤儿助学工程' WHEN kind <= 2 THEN '孤儿医疗康复明天计划' WHEN disability IS NOT NULL THEN '残疾儿童康复救助'
            ELSE '其他' END AS kind_name
    FROM kids WHERE kind <= 5 AND chance(n, 'cw project', 0.4)
);

CREATE OR REPLACE TEMP VIEW cw_worker AS
SELECT p.n AS id, ref('GZ', p.n, 12) AS worker_no, p.name, p.id_number AS id_no, CASE WHEN supervises THEN 'DD' ELSE 'ZR' END AS post,
    p.division || lpad(CAST(draw(p.n, 'cw street', 30) + 1 AS VARCHAR), 3, '0') AS area_code, p.phone AS mobile, dash(hired) AS hire_date,
    CAST(between(p.n, 'cw trained', 0, 24) AS VARCHAR) AS trainings,
    CASE WHEN supervises THEN between(p.n, 'cw serves', 60, 1500) ELSE between(p.n, 'cw serves', 3, 260) END AS children,
    NOT chance(p.n, 'cw retired', 0.08) AS on_post, saved(hired, p.n, 'cw worker') AS update_time
FROM (
    SELECT people.*, chance(n, 'cw supervises', 0.2) AS supervises, day(n, 'cw hired', DATE '2019-06-01', today - 10) AS hired
    FROM people, clock
    WHERE slot < 2 AND died IS NULL AND birth < DATE '1996-01-01' AND birth > today - INTERVAL 60 YEAR AND chance(n, 'cw worker', 0.09)
) p;
