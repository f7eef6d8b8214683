-- 社会救助信息系统：家庭、成员、申请到确认的全过程、低保待遇、家庭经济状况。
-- 家庭、申请、低保的条件和抽签名与资金发放的故事一致，所以两个系统的编号、待遇和退出月份一致。

CREATE OR REPLACE TEMP MACRO said(x, codes, words) AS list_extract(words, list_position(codes, x));

CREATE OR REPLACE TEMP VIEW families AS
SELECT h.*, d.name AS district_name, pick(h, 'jz/yw', ['01', '01', '01', '01', '02', '03', '03', '04', '05', '05']) AS business,
    chance(h, 'jz/qr', 0.8) AS confirmed_ok, day(h, 'jz/sq', DATE '2024-01-02', days_after(today, -60)) AS applied,
    days_after(applied, 25) AS confirmed, CAST(date_trunc('month', confirmed) + INTERVAL 1 MONTH AS DATE) AS since,
    CASE WHEN confirmed_ok THEN '4' ELSE pick(h, 'jz/bu', ['5', '5', '6', '7']) END AS outcome, outcome IN ('4', '5') AS examined,
    CASE WHEN outcome <> '7' THEN days_after(applied, between(h, 'sl/rq', 2, 4)) END AS accepted,
    h.division || '00' || (1 + h % 3) AS street, h.division || '000' AS district,
    ref('JT', h, 10) AS family_no, ref('SQ', h, 10) AS application_no, today
FROM households h JOIN divisions d ON d.code = h.division, clock
WHERE size > 0 AND chance(h, 'jz', 0.12);

CREATE OR REPLACE TEMP VIEW members AS
SELECT p.* EXCLUDE (division, address), f.* EXCLUDE (h, phone), ref('CY', n, 10) AS member_no, date_sub('year', birth, today) AS age
FROM people p JOIN families f USING (h);

-- 低保家庭：人均补差、是否退出和退出之日；标准随退出或目前所在的年度（每年七月调整）。
CREATE OR REPLACE TEMP VIEW dibao AS
SELECT f.*, "between"(h, 'db/bc', 60, 110) * 10 AS each,
    CASE WHEN chance(h, 'jz/tc', 0.3) THEN day(h, 'jz/tcr', days_after(applied, 58), today) END AS ended,
    1395 + 50 * (year(coalesce(ended, today) - INTERVAL 6 MONTH) - 2023) AS standard,
    CASE WHEN ended IS NOT NULL THEN 'TB'
        ELSE pick(h, 'db/zt', ['ZB', 'ZB', 'ZB', 'ZB', 'ZB', 'ZB', 'ZB', 'ZB', 'JT', 'ZT']) END AS state
FROM families f WHERE confirmed_ok AND business = '01';

-- 低保成员：享受时在世的人；之后去世的，自去世当月停发。
CREATE OR REPLACE TEMP VIEW dibao_members AS
SELECT b.*, m.n, m.slot, m.id_number, m.member_no, m.died, CASE WHEN m.died IS NOT NULL THEN m.died ELSE b.ended END AS stopped,
    CASE WHEN m.disability_grade IN ('1', '2') THEN 'CJ' WHEN m.age >= 60 THEN 'LN' WHEN m.age < 18 THEN 'WC'
        WHEN m.health = '30' THEN 'ZB' ELSE 'WU' END AS class
FROM dibao b JOIN members m USING (h)
WHERE m.died IS NULL OR (m.died > b.since AND m.died <= coalesce(b.ended, m.today));

CREATE OR REPLACE TEMP VIEW sa_family AS
SELECT h AS fid, family_no AS fno, head_name AS hname, '01' AS hcert_type, head_id_number AS hcert_no,
    pick(h, 'jt/hk', ['农业', '非农业', '居民', '居民', '居民']) AS hk_type, division AS huji_area,
    CASE WHEN chance(h, 'jt/jz', 0.95) THEN division END AS live_area, address AS live_addr,
    size + CASE WHEN chance(h, 'jt/rk', 0.1) THEN 1 ELSE 0 END AS pop_total, size AS pop_live, phone AS tel,
    pick(h, 'jt/yy', ['因病', '因病', '因病', '因残', '因残', '缺劳力', '失业', '失业', '失地', '因灾', '其他']) AS poor_cause,
    CASE WHEN examined THEN '1' WHEN outcome = '7' THEN '2' ELSE '0' END AS fstate, d8(applied) AS reg_date,
    saved(CASE WHEN examined THEN confirmed ELSE days_after(applied, 5) END, h, 'jt/gx') AS gmt_modified
FROM families;

CREATE OR REPLACE TEMP VIEW nations AS
SELECT unnest(['01', '02', '03', '04', '05', '06', '07', '08', '10', '11', '12', '15', '17', '22', '38', '44']) AS nation,
    unnest(['汉族', '蒙古族', '回族', '藏族', '维吾尔族', '苗族', '彝族', '壮族', '朝鲜族', '满族', '侗族', '土家族', '哈萨克族', '畲族',
        '锡伯族', '俄罗斯族']) AS nation_name;

-- 十六周岁以下没有领身份证的，登记户口簿上的号码。
CREATE OR REPLACE TEMP VIEW sa_member AS
SELECT n AS mid, h AS fid, member_no AS mno, name AS mname,
    CASE WHEN age < 16 AND chance(n, 'cy/zj', 0.4) THEN '02' ELSE '01' END AS cert_type,
    CASE WHEN chance(n, 'cy/xx', 0.1) THEN lower(id_number) ELSE id_number END AS cert_no,
    CASE sex WHEN '1' THEN '男' ELSE '女' END AS gender,
    slash(birth) AS birth, coalesce(nation_name, '其他') AS nation,
    CASE slot WHEN 0 THEN '00' WHEN 1 THEN '01' WHEN 4 THEN '05' WHEN 5 THEN '06'
        ELSE CASE sex WHEN '1' THEN '02' ELSE '03' END END AS relation,
    said(marital, ['10', '20', '30', '40'], ['未婚', '已婚', '丧偶', '离异']) AS marry,
    said(education, ['11', '14', '21', '31', '41', '60', '61', '70', '71', '80', '81', '90'],
        ['博士', '硕士', '本科', '大专', '中专', '在读高中', '高中', '在读初中', '初中', '在读小学', '小学', '学龄前']) AS edu,
    CASE WHEN health[1] = '6' THEN 'C' || health[2] ELSE said(health, ['10', '20', '30'], ['J', 'R', 'M']) END AS health,
    CASE WHEN age < 16 OR age >= 60 THEN '4' WHEN disability_grade IN ('1', '2') THEN '3' WHEN disability_grade IN ('3', '4') THEN '2'
        ELSE '1' END
        AS labor,
    CASE WHEN disability_grade = '1' THEN 'C' WHEN disability_grade = '2' OR age >= 80 THEN 'B' ELSE 'A' END AS selfcare,
    said(employment, ['11', '13', '17', '21', '24', '27', '31', '51', '54', '70', '80', '90'],
        ['GW', 'ZJ', 'ZY', 'GL', 'GR', 'NM', 'XS', 'ZYZY', 'GT', 'WY', 'TX', 'QT']) AS job,
    CASE WHEN died IS NOT NULL THEN '3' WHEN slot = 0 THEN '1'
        ELSE pick(n, 'cy/zt', ['1', '1', '1', '1', '1', '1', '1', '1', '1', '6']) END AS mstate,
    CASE WHEN age < 16 THEN '' ELSE phone END AS tel, CASE WHEN slot > 0 AND chance(n, 'cy/sc', 0.01) THEN '1' ELSE '0' END AS is_del,
    saved(greatest(coalesce(died, applied), days_after(applied, 10)), n, 'cy/gx') AS gmt_modified
FROM members LEFT JOIN nations USING (nation);

-- 受托办理的是配偶，号码是本人的。
CREATE OR REPLACE TEMP VIEW sa_apply AS
WITH agents AS (SELECT h, name AS agent, id_number AS agent_id FROM people WHERE slot = 1 AND died IS NULL AND chance(h, 'sq/wt', 0.2))
SELECT h AS aid, application_no AS apply_no, h AS fid, head_name AS sqr, '01' AS sqr_lx, head_id_number AS sqr_zjh,
    CASE WHEN business = '02' AND NOT urban THEN '农村五保' WHEN business = '03' AND applied < DATE '2024-07-01' THEN '低收入家庭'
        ELSE said(business, ['01', '02', '03', '04', '05'], ['最低生活保障', '特困供养', '低保边缘', '刚性支出困难', '临时救助']) END AS biz_type,
    pick(h, 'sq/qd', ['CK', 'CK', 'CK', 'CJ', 'WS', 'YD', 'ZD']) AS channel, at_work(applied, h, 'sq/sj') AS apply_time,
    pick(h, 'sq/ly', ['患病医疗支出大', '失业没有收入', '残疾无法劳动', '子女就学负担重', NULL]) AS reason, agent AS dlr, agent_id AS dlr_zjh,
    outcome AS status, CASE WHEN accepted IS NOT NULL THEN ref('SL', h, 10) END AS accept_no, dash(accepted) AS accept_date,
    CASE WHEN accepted IS NOT NULL THEN street END AS accept_org,
    CASE WHEN accepted IS NOT NULL THEN district_name || '示例第' || (1 + h % 3) || '街道办事处' END AS accept_name,
    CASE WHEN accepted IS NOT NULL THEN named(h, 'sl/jb') END AS accept_user,
    CASE WHEN outcome = '6' THEN 'N' WHEN accepted IS NOT NULL THEN 'Y' END AS accept_result,
    CASE WHEN outcome = '6' THEN pick(h, 'sl/by', ['户籍和居住地都不在本区', '已在享受同类待遇', '不属于救助范围'])
        WHEN accepted IS NOT NULL THEN '无' END AS refuse_reason,
    CASE WHEN outcome <> '6' AND accepted IS NOT NULL AND chance(h, 'sl/bz', 0.2) THEN dash(days_after(applied, 1)) END AS fix_date,
    saved(CASE WHEN examined THEN confirmed ELSE days_after(applied, 5) END, h, 'sq/gx') AS gmt_modified
FROM families LEFT JOIN agents USING (h);

CREATE OR REPLACE TEMP VIEW sa_apply_file AS
WITH files AS (
    SELECT *, h * 10 + k AS x,
        list_extract(['SFZ', 'HKB', pick(h, 'cl/3', ['SRZM', 'CCZM', 'ZDZM', 'CJZ', 'HYZ', 'ZDXX']), 'SQS'], k) AS kind
    FROM families, range(1, 5) t(k) WHERE accepted IS NOT NULL AND (k <> 3 OR chance(h, 'cl/you', 0.6))
)
SELECT x AS file_id, h AS aid, kind AS file_type,
    said(kind, ['SFZ', 'HKB', 'HYZ', 'SRZM', 'CCZM', 'CJZ', 'ZDZM', 'ZDXX', 'SQS'],
        ['居民身份证', '居民户口簿', '婚姻状况证明', '收入证明', '财产证明', '残疾人证', '疾病诊断证明', '在读证明', '经济状况核对授权书']) AS file_name,
    CASE WHEN kind = 'SFZ' THEN size WHEN chance(x, 'cl/fs', 0.9) THEN 1 END AS copies,
    CASE WHEN kind = 'SQS' THEN 'Y' WHEN kind IN ('SFZ', 'HKB') THEN pick(x, 'cl/fs', ['Y', 'F', 'F', 'D', 'Z', 'G'])
        ELSE pick(x, 'cl/fs', ['Y', 'F', 'D', 'G', 'C']) END AS take_mode,
    CASE WHEN take_mode = 'Z' THEN '1.2.156.3005.2.11100000000000000X001.' || credit(h) || '.' || lpad(CAST(x AS VARCHAR), 12, '0')
        || '.001.0' END
        AS lic_no,
    accepted AS recv_date, saved(accepted, x, 'cl/gx') AS gmt_modified
FROM files;

CREATE OR REPLACE TEMP VIEW sa_survey AS
SELECT h AS sid, ref('DC', h, 10) AS survey_no, application_no AS apply_no,
    slash(days_after(applied, between(h, 'dc/rq', 5, 9))) AS survey_date,
    pick(h, 'dc/fs', ['入户调查', '入户调查', '入户调查', '入户调查', '邻里访问', '信函索证', '视频调查']) AS way,
    named(h, 'dc/1') || '、' || named(h, 'dc/2') AS surveyors, yuan(h, 'dc/sr', 200, 1300) AS avg_income,
    pick(h, 'dc/cc', ['无房产，存款不足五千元', '有自住房一处，无车辆', '租住公租房，无存款', '有农村住房一处，耕地二亩']) AS assets,
    CASE WHEN way = '邻里访问' OR chance(h, 'dc/ll', 0.6) THEN 'Y' ELSE 'N' END AS visit_nb,
    CASE WHEN chance(h, 'dc/qz', 0.96) THEN 'Y' ELSE 'N' END AS signed,
    CASE WHEN confirmed_ok THEN 'F' ELSE 'B' END AS result,
    CASE WHEN NOT confirmed_ok THEN pick(h, 'dc/yj', ['家庭存款超过规定', '家庭人均收入高于标准', '名下有经营性车辆'])
        WHEN chance(h, 'dc/xie', 0.5) THEN '情况属实' END AS opinion,
    saved(days_after(applied, 9), h, 'dc/gx') AS gmt_modified
FROM families WHERE examined;

CREATE OR REPLACE TEMP VIEW sa_vote AS
SELECT h AS vid, ref('PY', h, 10) AS vote_no, application_no AS apply_no, at_work(days_after(applied, 12), h, 'py/sj') AS vote_time,
    district_name || '示例第' || between(h, 'py/dd', 1, 40) || '社区居委会' AS place, between(h, 'py/rs', 7, 15) AS n_all,
    CASE WHEN confirmed_ok THEN n_all - draw(h, 'py/fd', 3) ELSE draw(h, 'py/ty', 3) END AS n_yes,
    CASE WHEN confirmed_ok THEN n_all - n_yes ELSE n_all - n_yes - draw(h, 'py/qq', 2) END AS n_no,
    CASE WHEN confirmed_ok THEN 'T' ELSE 'B' END AS result,
    named(h, 'py/jl') AS recorder
FROM families WHERE examined AND chance(h, 'py', 0.6);

CREATE OR REPLACE TEMP VIEW sa_notice AS
WITH notices AS (
    SELECT h, 1 AS k, 'SH' AS kind, days_after(applied, 16) AS d_from, days_after(applied, 22) AS d_to FROM families WHERE examined
    UNION ALL
    SELECT h, 2, 'QR', confirmed, days_after(confirmed, 6) FROM families WHERE confirmed_ok
    UNION ALL
    SELECT h, 3, 'CQ', since, ended FROM dibao
)
SELECT n.h * 10 + k AS nid, ref('GS', nid, 12) AS notice_no, application_no AS apply_no, kind,
    district_name || '示例第' || between(n.h, 'py/dd', 1, 40) || '社区公示栏' AS place, d_from, d_to,
    CASE WHEN kind = 'SH' AND chance(nid, 'gs/yy', 0.08) THEN 1 ELSE 0 END AS objection,
    CASE objection WHEN 1 THEN pick(nid, 'gs/nr', ['反映家庭有出租房屋', '反映成员在外务工']) ELSE '无' END AS content,
    CASE objection WHEN 1 THEN '经核实不影响认定' ELSE '无' END AS handling,
    saved(least(coalesce(d_to, d_from), today), nid, 'gs/gx') AS gmt_modified
FROM notices n JOIN families f ON f.h = n.h;

-- 三成的区把确认委托给街道。
CREATE OR REPLACE TEMP VIEW sa_opinion AS
WITH steps AS (
    SELECT *, h * 10 + k AS x, CASE WHEN k = 1 THEN 'XZSH' WHEN chance(h, 'qr/wt', 0.3) THEN 'XZQR' ELSE 'MZQR' END AS step,
        CASE k WHEN 1 THEN days_after(applied, 15) ELSE confirmed END AS done
    FROM families, range(1, 3) t(k) WHERE examined
)
SELECT x AS oid, application_no AS apply_no, step,
    CASE WHEN confirmed_ok OR (k = 1 AND chance(x, 'qr/yj', 0.3)) THEN '1' ELSE '0' END AS opinion,
    CASE opinion WHEN '1' THEN '同意' ELSE '不同意' END AS remark, named(x, 'qr/jb') AS handler,
    CASE step WHEN 'MZQR' THEN district ELSE street END AS org,
    at_work(done, x, 'qr/sj') AS op_time, CASE step WHEN 'XZQR' THEN '是' ELSE '否' END AS entrust,
    CASE WHEN k = 2 AND NOT confirmed_ok THEN pick(h, 'dc/yj', ['家庭存款超过规定', '家庭人均收入高于标准', '名下有经营性车辆']) END AS deny_reason,
    saved(done, x, 'qr/gx') AS gmt_modified
FROM steps;

CREATE OR REPLACE TEMP VIEW sa_db_family AS
WITH classed AS (SELECT h, count(*) FILTER (class <> 'WU' AND died IS NULL) AS many FROM dibao_members GROUP BY h)
SELECT h AS dbid, ref('DB', h, 10) AS db_no, h AS fid, CASE WHEN urban THEN 'C' ELSE 'N' END AS kind,
    CASE WHEN chance(h, 'db/zh', 0.9) THEN '京低保第' || ref('', h, 9) || '号' END AS cert_no, size AS persons,
    fen(standard - each) + 10000 * many // size AS avg_fen, fen(standard) AS std_fen, fen(each * size) AS month_fen,
    10000 * many AS class_fen,
    CASE state WHEN 'JT' THEN 'Y' ELSE 'N' END AS fading, strftime(since, '%Y-%m') AS start_ym, strftime(ended, '%Y-%m') AS end_ym,
    pick(h, 'db/ff', ['YH', 'YH', 'YH', 'YH', 'YH', 'YH', 'YH', 'YH', 'YH', 'XJ']) AS pay_mode, state,
    saved(coalesce(ended, confirmed), h, 'db/gx') AS gmt_modified
FROM dibao JOIN classed USING (h);

CREATE OR REPLACE TEMP VIEW sa_db_member AS
SELECT n AS dbmid, ref('BC', n, 10) AS dbm_no, h AS dbid, n AS mid, id_number AS idcard, class AS cls, each AS amount,
    CASE WHEN size = 1 THEN 'Y' ELSE 'N' END AS single, strftime(since, '%Y-%m') AS start_ym, strftime(stopped, '%Y-%m') AS end_ym,
    CASE WHEN stopped IS NOT NULL THEN 'TB' ELSE state END AS state,
    CASE WHEN slot > 0 AND chance(n, 'dbcy/sc', 0.01) THEN '1' ELSE '0' END AS is_del,
    saved(coalesce(stopped, confirmed), n, 'dbcy/gx') AS gmt_modified
FROM dibao_members;

CREATE OR REPLACE TEMP VIEW sa_income AS
WITH months AS (
    SELECT *, n * 10 + k AS x, employment IN ('11', '13', '17', '21', '24', '27', '51') AS works
    FROM members, range(1, 3) t(k) WHERE died IS NULL AND age >= 18 AND (k = 1 OR slot = 0)
)
SELECT x AS iid, family_no AS fno, member_no AS mno, month6(applied - to_months(CAST(k AS INTEGER))) AS ym,
    CASE WHEN works THEN yuan(x, 'sr/gz', 800, 2900) END AS wage,
    CASE WHEN employment = '54' THEN yuan(x, 'sr/jy', 0, 2600) - 300 END AS biz,
    CASE WHEN chance(n, 'sr/cc', 0.1) THEN yuan(x, 'sr/cc', 0, 400) END AS property,
    CASE WHEN age >= 60 THEN yuan(n, 'sr/zy', 600, 1900) WHEN chance(n, 'sr/fy', 0.05) THEN -300 END AS transfer,
    CASE WHEN chance(n, 'sr/qt', 0.1) THEN yuan(x, 'sr/qt', 50, 300) END AS other,
    pick(n, 'sr/ly', ['SB', 'SB', 'RH', 'HD', 'HD', 'GX', 'QT']) AS src,
    saved(days_after(applied, 10), x, 'sr/gx') AS gmt_modified
FROM months;

-- 一家一行住房和其他支出；患病、残疾和上学的人各一行。
CREATE OR REPLACE TEMP VIEW sa_expense AS
WITH spent AS (
    SELECT h, h * 10 AS x, family_no, NULL AS member_no, applied, NULL AS med, NULL AS edu, NULL AS rehab,
        yuan(h, 'zc/zf', 2400, 24000) AS house,
        yuan(h, 'zc/qt', 0, 3000) AS other
    FROM families WHERE examined
    UNION ALL
    SELECT h, h * 10 + slot + 1, family_no, member_no, applied, CASE WHEN health <> '10' THEN yuan(n, 'zc/yl', 800, 30000) END,
        CASE WHEN age BETWEEN 7 AND 21 THEN yuan(n, 'zc/jy', 500, 12000) END,
        CASE WHEN disability IS NOT NULL THEN yuan(n, 'zc/kf', 500, 9000) END, NULL, NULL
    FROM members WHERE examined AND died IS NULL AND (health IN ('30') OR disability IS NOT NULL OR age BETWEEN 7 AND 21)
)
SELECT x AS eid, ref('ZC', x, 12) AS exp_no, family_no AS fno, coalesce(member_no, '') AS mno, year(applied) - 1 AS yr,
    fen(med) AS med_fen, fen(edu) AS edu_fen,
    fen(rehab) AS rehab_fen, fen(house) AS house_fen, fen(other) AS other_fen,
    coalesce(med_fen, 0) + coalesce(edu_fen, 0) + coalesce(rehab_fen, 0) + coalesce(house_fen, 0) + coalesce(other_fen, 0) AS total_fen,
    saved(days_after(applied, 10), x, 'zc/gx') AS gmt_modified
FROM spent;

CREATE OR REPLACE TEMP VIEW sa_house AS
WITH houses AS (SELECT *, h * 10 + k AS x FROM families, range(1, 3) t(k)
    WHERE chance(h * 10 + k, 'fc', CASE k WHEN 1 THEN 0.65 ELSE 0.06 END))
SELECT x AS hid, ref('FC', x, 12) AS house_no, h AS fid, head_name AS owner,
    pick(x, 'fc/ly', ['购买', '购买', '自建', '继承', '拆迁', '房改', '政策']) AS origin,
    CASE WHEN origin IN ('购买', '房改') OR chance(x, 'fc/zh', 0.5) THEN '京示例不动产权第' || ref('', x, 9) || '号' ELSE '无' END AS cert_no,
    CASE k WHEN 1 THEN address ELSE district_name || '示例路' || between(x, 'fc/hao', 90, 199) || '号' END AS addr,
    between(x, 'fc/mj', 22, 95) || '.' || between(x, 'fc/fen', 10, 99)
    || '㎡' AS area, pick(x, 'fc/jg', ['钢混', '钢混', '混合', '砖木', '土木']) AS struct,
    pick(x, 'fc/yt', ['住宅', '住宅', '住宅', '住宅', '住宅', '商业', '仓储']) AS use_for, yuan(x, 'fc/gz', 15, 260) AS value_wan,
    saved(days_after(applied, 10), x, 'fc/gx') AS gmt_modified
FROM houses;

CREATE OR REPLACE TEMP VIEW sa_asset AS
WITH assets AS (
    SELECT f.*, h * 10 + k AS x, p.bank_account,
        pick(h * 10 + k, 'cc/lx', ['存款', '存款', '存款', '国债', '股票', '基金', '保险', '耕地', '车辆', '其他']) AS kind
    FROM families f JOIN people p USING (h), range(1, 4) t(k) WHERE p.slot = 0 AND chance(h * 10 + k, 'cc', 0.55)
)
SELECT x AS asid, ref('CC', x, 12) AS asset_no, family_no AS fno, CASE WHEN kind <> '耕地' THEN ref('CY', head, 10) END AS mno, kind,
    CASE kind WHEN '耕地' THEN between(x, 'cc/mu', 1, 6) ELSE 1 END AS qty,
    CASE WHEN kind NOT IN ('耕地', '车辆') THEN yuan(x, 'cc/je', 100, 30000) END AS amount,
    CASE kind WHEN '存款' THEN bank_account WHEN '车辆' THEN '京A' || lpad(CAST(draw(x, 'cc/cp', 100000) AS VARCHAR), 5, '0')
        WHEN '保险' THEN ref('BD', x, 12) END
        AS reg_no,
    CASE WHEN chance(x, 'cc/rq', 0.7) THEN d8(days_after(applied, -between(x, 'cc/rq', 30, 2000))) END AS reg_date,
    pick(x, 'cc/ly', ['SB', 'RH', 'HD', 'HD', 'HD', 'GX']) AS src, saved(days_after(applied, 10), x, 'cc/gx') AS gmt_modified
FROM assets;

-- 义务人是相邻一户的户主：年长女性的子女，或单亲家庭未成年子女的另一方。
CREATE OR REPLACE TEMP VIEW sa_supporter AS
WITH supported AS (
    SELECT m.*, q.name AS supporter, q.id_number AS supporter_id, q.sex AS supporter_sex, q.phone AS supporter_phone,
        q.address AS supporter_address,
        q.n AS other, m.age >= 55 AS elder
    FROM members m JOIN people q ON q.h = m.h - m.h % 2 + (1 - m.h % 2) AND q.slot = 0
    WHERE m.died IS NULL AND ((m.age >= 55 AND m.sex = '2' AND q.birth > m.birth + INTERVAL 18 YEAR)
        OR (m.age < 18 AND m.birth > q.birth + INTERVAL 18 YEAR AND m.birth < q.birth + INTERVAL 48 YEAR AND chance(m.h, 'yw/dq', 0.4)))
)
SELECT n AS spid, ref('YW', n, 10) AS sup_no, h AS fid, n AS mid, supporter AS sname,
    CASE WHEN chance(n, 'yw/zj', 0.85) THEN supporter_id END AS cert_no,
    CASE WHEN elder THEN CASE supporter_sex WHEN '1' THEN '02' ELSE '03' END
        ELSE CASE supporter_sex WHEN '1' THEN '05' ELSE '06' END END AS relation,
    CASE WHEN chance(n, 'yw/dw', 0.7) THEN (institution('企业', other)).name END AS company, yuan(other, 'yw/sr', 2500, 9000) AS income,
    between(other, 'yw/rk', 1, 5) AS pop, yuan(n, 'yw/gf', 0, 1200) AS pay, supporter_phone AS tel, supporter_address AS addr,
    saved(days_after(applied, 10), n, 'yw/gx') AS gmt_modified
FROM supported;

CREATE OR REPLACE TEMP VIEW sa_illness AS
WITH ill AS (SELECT *, between(n, 'hb', 1, 8) AS which FROM members WHERE health = '30' OR (health = '20' AND chance(n, 'hb/r', 0.6))
    OR (disability IS NOT NULL AND chance(n, 'hb/c', 0.3)))
SELECT n AS ilid, n AS mid, list_extract(['高血压', '2型糖尿病', '冠心病', '慢性阻塞性肺病', '慢性肾衰竭', '肺恶性肿瘤', '乳腺恶性肿瘤', '类风湿关节炎'], which) AS ill_name,
    CASE WHEN chance(n, 'hb/bm', 0.9) THEN list_extract(['I10', 'E11.9', 'I25.1', 'J44.9', 'N18.0', 'C34.9', 'C50.9', 'M06.9'],
        which) END AS icd,
    list_extract(['M', 'M', 'M', 'M', 'Z', 'Z', 'Z', 'M'], which) AS grade,
    day(n, 'hb/rq', greatest(DATE '2014-01-01', birth + 30),
        greatest(birth + 30, days_after(least(applied, coalesce(died, applied)), -10))) AS diag_date,
    (institution('医院', n)).name AS hospital, fen(yuan(n, 'hb/zf', 300, 26000)) AS self_pay_fen,
    saved(days_after(applied, 10), n, 'hb/gx') AS gmt_modified
FROM ill;

CREATE OR REPLACE TEMP VIEW sa_disable AS
WITH carried AS (
    SELECT *, day(n, 'cj/fz', greatest(DATE '2014-01-01', birth + 60), greatest(birth + 60, DATE '2023-12-31')) AS issued
    FROM members WHERE disability IS NOT NULL
)
SELECT n AS dsid, ref('CJ', n, 10) AS dis_no, member_no AS mno, id_number || disability || disability_grade
    || CASE WHEN chance(n, 'cj/bf', 0.08) THEN 'B1' ELSE '' END AS card_no,
    said(disability, ['1', '2', '3', '4', '5', '6', '7'], ['视力', '听力', '言语', '肢体', '智力', '精神', '多重']) AS kind,
    said(disability_grade, ['1', '2', '3', '4'], ['一级', '二级', '三级', '四级']) AS grade,
    d8(issued) AS iss_date,
    CASE WHEN chance(n, 'cj/cq', 0.3) THEN '长期' ELSE d8(issued + INTERVAL 10 YEAR) END AS valid_to,
    CASE WHEN age < 18 OR disability IN ('5', '6') THEN CASE WHEN slot = 0 THEN named(n, 'cj/jh') ELSE head_name END END AS guardian,
    pick(n, 'cj/hy', [1, 1, 1, 1, 1, 0, 2, 3]) AS checked, saved(days_after(applied, 10), n, 'cj/gx') AS gmt_modified
FROM carried;

CREATE OR REPLACE TEMP VIEW sa_work_school AS
WITH living AS (
    SELECT *, employment IN ('11', '13', '17', '21', '24', '27', '51', '54') AS works,
        CASE WHEN age BETWEEN 3 AND 6 THEN '幼儿园' WHEN age BETWEEN 7 AND 12 THEN '小学' WHEN age BETWEEN 13 AND 15 THEN '初中'
            WHEN age BETWEEN 16 AND 18 THEN '高中' WHEN age BETWEEN 19 AND 21 THEN pick(n, 'jx/xd', ['大专', '本科']) END AS stage
    FROM members WHERE died IS NULL AND age BETWEEN 3 AND 65
)
SELECT n AS wid, member_no AS mno, said(employment, ['11', '13', '17', '21', '24', '27', '31', '51', '54', '70', '80', '90'],
        ['GW', 'ZJ', 'ZY', 'GL', 'GR', 'NM', 'XS', 'ZYZY', 'GT', 'WY', 'TX', 'QT']) AS job,
    CASE WHEN works AND employment NOT IN ('27', '51', '54') THEN (institution('企业', n)).name END AS company,
    CASE WHEN works THEN said(occupation, ['100', '200', '300', '400', '500', '600', '700', '800'],
        ['负责人', '专业技术', '办事', '生活服务', '农林牧渔', '生产制造', '军人', '其他']) END AS occup,
    CASE WHEN works THEN yuan(n * 10 + 1, 'sr/gz', 800, 2900) END AS wage,
    CASE WHEN stage IS NOT NULL THEN (institution('学校', n)).name END AS school, stage,
    CASE WHEN age BETWEEN 7
        AND 18 THEN list_extract(['一年级', '二年级', '三年级', '四年级', '五年级', '六年级', '初一', '初二', '初三', '高一', '高二', '高三'], age - 6) END
        AS grade,
    CASE WHEN employment = '70' AND chance(n, 'jx/sy', 0.6) THEN days_after(applied, -between(n, 'jx/sy', 20, 900)) END AS unemp_date,
    dash(days_after(applied, 8)) AS upd_date, saved(days_after(applied, 10), n, 'jx/gx') AS gmt_modified
FROM living;
