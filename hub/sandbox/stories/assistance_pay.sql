-- 社会救助资金发放与动态管理：救助家庭、申请、低保的编号与社会救助信息系统的故事一致，所以下面的条件和抽签名也一致。

CREATE OR REPLACE TEMP VIEW families AS
SELECT h.*, pick(h, 'jz/yw', ['01', '01', '01', '01', '02', '03', '03', '04', '05', '05']) AS business,
    day(h, 'jz/sq', DATE '2024-01-02', days_after(today, -60)) AS applied, days_after(applied, 25) AS confirmed,
    CAST(date_trunc('month', confirmed) + INTERVAL 1 MONTH AS DATE) AS since,
    ref('JT', h, 10) AS family_no, division || '00' || (1 + h % 3) || '000' AS street, division || '000000' AS district, today
FROM households h, clock WHERE size > 0 AND chance(h, 'jz', 0.12) AND chance(h, 'jz/qr', 0.8);

CREATE OR REPLACE TEMP VIEW members AS
SELECT p.* EXCLUDE (division, address), f.* EXCLUDE (h, phone) FROM people p JOIN families f USING (h);

-- 低保家庭：补差额、是否退出和退出的月份。
CREATE OR REPLACE TEMP VIEW dibao AS
SELECT f.*, ref('DB', h, 10) AS treat_no, f.size * "between"(h, 'db/bc', 60, 110) * 10.00 AS monthly,
    CASE WHEN chance(h, 'jz/tc', 0.3) THEN day(h, 'jz/tcr', days_after(applied, 58), today) END AS ended
FROM families f WHERE business = '01';

-- 特困人员：确认时在世的成员；确认后去世的，自次月终止。
CREATE OR REPLACE TEMP VIEW destitute AS
SELECT m.*, ref('TK', n, 10) AS sp_no, least(draw(n, 'tk/zl', 9), 6) AS failed,
    CASE WHEN failed = 0 THEN 'A' WHEN failed <= 3 THEN 'B' ELSE 'C' END AS ability,
    CASE failed WHEN 0 THEN 0 WHEN 1 THEN 600 WHEN 2 THEN 600 WHEN 3 THEN 600 ELSE 1200 END AS care,
    failed > 3 OR chance(n, 'tk/jz', 0.3) AS in_home, "between"(n, 'tk/bz', 210, 240) * 10.00 AS base,
    days_after(confirmed, -"between"(n, 'tk/pg', 3, 15)) AS assessed, died AS ended
FROM members m WHERE business = '02' AND (died IS NULL OR died > since);

-- 收款账户：低保家庭的户主、特困人员本人、领残疾人补贴的人。
CREATE OR REPLACE TEMP VIEW payees AS
SELECT head AS n, h, family_no, head_name AS person, head_id_number AS id_number, since AS opened, ended AS closed FROM dibao
UNION ALL
SELECT n, h, family_no, name, id_number, since, ended FROM destitute;

CREATE OR REPLACE TEMP VIEW subsidised AS
SELECT n, h, name, id_number, died, bank_account, DATE '2024-01-01' AS opened FROM people
WHERE disability IS NOT NULL AND disability_grade <> '4' AND (died IS NULL OR died > DATE '2024-06-30') AND chance(n, 'lbt', 0.7);

CREATE OR REPLACE TEMP VIEW sam_organ AS
SELECT CAST(code AS BIGINT) * 10 + k AS organ_id, code || '00' || k || '000' AS organ_code,
    CASE k WHEN 0 THEN name || '民政局' ELSE name || '示例第' || k || '街道办事处' END AS organ_name,
    CASE WHEN k = 0 OR chance(organ_id, 'jb/xy', 0.5) THEN credit(organ_id) END AS uscc,
    CASE k WHEN 0 THEN '区' ELSE '街镇' END AS organ_level, named(organ_id, 'jb/fzr') AS leader,
    '010-0001' || lpad(CAST(draw(organ_id, 'jb/dh', 10000) AS VARCHAR), 4, '0') AS tel,
    CAST("between"(organ_id, 'jb/rs', 2, 18) AS VARCHAR) AS staff_num, "between"(organ_id, 'jb/xl', 0, 30) AS helper_num,
    saved(DATE '2025-03-01', organ_id, 'jb/gx') AS modify_time
FROM once, divisions, range(0, 4) t(k)
UNION ALL
SELECT 1100000, '110000000000', '北京市民政局', credit(1100000), '市', named(1100000, 'jb/fzr'), '010-00010000', '26', NULL,
    saved(DATE '2025-03-01', 1100000, 'jb/gx')
FROM once;

-- 全市统一的七类标准每年调整一次，临时救助基准由各区自定。
CREATE OR REPLACE TEMP VIEW sam_standard AS
SELECT y * 100 + i AS std_id, '110000' AS area_code,
    list_extract(['DB', 'TKJB', 'TKQH', 'TKBH', 'TKZL', 'CJSH', 'CJHL'], i) AS std_kind,
    list_extract([139500, 209300, 120000, 60000, 30000, 45000, 32000], i) + (y - 2023) * 5000 AS std_amount, '元/人·月' AS unit,
    y || '-07-01' AS begin_date, CASE WHEN y = 2026 THEN '9999-12-31' ELSE (y + 1) || '-06-30' END AS end_date,
    '京民社救示例〔' || y || '〕' || i || '号' AS doc_no
FROM once, range(1, 8) k(i), range(2023, 2027) a(y)
UNION ALL
SELECT CAST(code AS BIGINT), code, 'LSJZ', "between"(CAST(code AS BIGINT), 'bz/ls', 20, 40) * 10000, '元/户·次', '2024-01-01',
    '9999-12-31', NULL
FROM once, divisions;

CREATE OR REPLACE TEMP VIEW specialpoor_person AS
SELECT n AS sp_id, sp_no, ref('CY', n, 10) AS member_no, name AS person_name, lower(id_number) AS id_card,
    '京特困' || ref('', n, 9) AS cert_no, CASE WHEN urban THEN 'C' ELSE 'X' END AS area_type,
    CASE WHEN in_home THEN 'J' ELSE 'F' END AS support_type, ability, assessed AS assess_date, base AS base_std, care AS care_std,
    CASE WHEN in_home THEN (institution('养老机构', n)).credit_code END AS home_no,
    CASE WHEN NOT in_home THEN named(n, 'tk/zlr') END AS carer, strftime(since, '%Y-%m') AS begin_ym,
        strftime(ended, '%Y-%m') AS end_ym,
    CASE WHEN ended IS NOT NULL THEN '终止' WHEN chance(n, 'tk/zt', 0.04) THEN '暂停' ELSE '在享' END AS status,
    CASE WHEN chance(n, 'tk/sc', 0.01) THEN '1' ELSE '0' END AS del_flag,
        saved(coalesce(ended, confirmed), n, 'tk/gx') AS modify_time
FROM destitute;

-- 六项里未达标的是随人轮转的前几项。
CREATE OR REPLACE TEMP VIEW specialpoor_assess AS
WITH turned AS (SELECT *, draw(n, 'tk/lz', 6) AS turn, CASE WHEN failed = 0 THEN 0 ELSE failed END AS bad FROM destitute)
SELECT n AS as_id, ref('TKPG', n, 10) AS as_no, n AS sp_id, slash(assessed) AS as_date,
    CASE WHEN (0 + turn) % 6 < bad THEN 'F' ELSE 'T' END AS eat, CASE WHEN (1 + turn) % 6 < bad THEN 'F' ELSE 'T' END AS dress,
    CASE WHEN (2 + turn) % 6 < bad THEN 'F' ELSE 'T' END AS bed, CASE WHEN (3 + turn) % 6 < bad THEN 'F' ELSE 'T' END AS toilet,
    CASE WHEN (4 + turn) % 6 < bad THEN 'F' ELSE 'T' END AS walk, CASE WHEN (5 + turn) % 6 < bad THEN 'F' ELSE 'T' END AS bath,
    bad AS fail_num, ability AS conclusion, named(n, 'tk/pgr') AS assessor, saved(assessed, n, 'tkpg/gx') AS modify_time
FROM turned;

CREATE OR REPLACE TEMP VIEW specialpoor_agreement AS
SELECT n AS ag_id, ref('XY', n, 10) AS ag_no, n AS sp_id,
    CASE mode WHEN '供养机构' THEN (institution('养老机构', n)).name WHEN '社会组织' THEN (institution('评估机构', n)).name END AS org_name,
    mode, least(days_after(confirmed, 3), since) AS sign_date, since AS start_date, days_after(since, 729) AS stop_date,
    pick(n, 'xy/nr', ['每日巡访、送餐和代办', '住院陪护、日常照料', '生活照料、精神慰藉']) AS content,
    CAST(CAST("between"(n, 'xy/fy', 30, 120) * 10 AS DECIMAL(10,2)) AS VARCHAR) AS fee, '0' AS del_flag,
    saved(days_after(confirmed, 3), n, 'xy/gx') AS modify_time
FROM (SELECT *, CASE WHEN in_home THEN '供养机构' ELSE pick(n, 'xy/fs', ['亲友', '村居', '社会组织']) END AS mode FROM destitute);

-- 边缘家庭的认定一年有效，支出型困难家庭半年，到期续认。
CREATE OR REPLACE TEMP VIEW recognised AS
SELECT f.*, CASE business WHEN '03' THEN 'BY' ELSE 'ZC' END AS kind, CASE kind WHEN 'BY' THEN 365 ELSE 182 END AS term,
    h * 10 + y AS rec_id,
    days_after(confirmed, y * term) AS on_day, days_after(on_day, 1) AS valid_from, days_after(valid_from, term - 1) AS valid_to
FROM families f, range(0, 8) t(y) WHERE business IN ('03', '04') AND on_day <= today;

CREATE OR REPLACE TEMP VIEW sam_family_recognize AS
SELECT rec_id, ref(kind, rec_id, 11) AS rec_no, family_no, kind, d8(on_day) AS rec_date,
    1395.00 + 50 * (year(on_day - 181) - 2023) AS std_amount, std_amount + "between"(rec_id, 'rd/sr', 5, 60) * 10 AS income_month,
    '是' AS property_ok,
    CASE kind WHEN 'ZC' THEN pick(rec_id, 'rd/zc', ['YL', 'YL', 'YL', 'JY', 'KF', 'ZF', 'ZH', 'QT']) END AS expend_kind,
    CASE kind WHEN 'ZC' THEN yuan(rec_id, 'rd/je', 12000, 90000) END AS expend_year,
        yuan(rec_id, 'rd/nsr', 16000, 42000) AS income_year,
    d8(valid_from) AS valid_from, d8(valid_to) AS valid_to, street AS organ_code,
    CASE WHEN valid_to <= today THEN '0' WHEN chance(rec_id, 'rd/qx', 0.05) THEN '9' ELSE '1' END AS state,
    CASE WHEN chance(rec_id, 'rd/sc', 0.01) THEN '1' ELSE '0' END AS del_flag,
        saved(least(on_day, today), rec_id, 'rd/gx') AS modify_time
FROM recognised;

-- 急难的可以先行救助，先发放、事后补办；在保的家庭遇到急难也这样救助，没有另外申请。
CREATE OR REPLACE TEMP VIEW sam_temp_relief AS
SELECT h AS tr_id, ref('LS', h, 10) AS tr_no, CASE WHEN business = '05' THEN ref('SQ', h, 10) END AS apply_no,
    head_name AS person_name, head_id_number AS id_card, relief_type,
    CASE relief_type WHEN 'J' THEN pick(h, 'ls/yy', ['火灾', '交通事故', '意外事件', '突发重病'])
        ELSE pick(h, 'ls/yz', ['教育支出', '医疗支出', '其他']) END
        AS reason,
    mode, CASE mode WHEN 'Q' THEN "between"(h, 'ls/je', 10, 80) * 10000 END AS amount_fen,
    CASE mode WHEN 'W' THEN pick(h, 'ls/sw', ['棉被、米、面、油', '轮椅一台', '学习用品']) ELSE '无' END AS goods, street AS organ_code,
    dash(confirmed) AS confirm_date,
    CASE WHEN mode = 'Z' THEN NULL WHEN first THEN dash(days_after(confirmed, -3))
        ELSE dash(days_after(confirmed, 4)) END AS pay_date,
    CASE WHEN first THEN 'Y' ELSE 'N' END AS first_flag, greatest(size, 1) AS times,
        CASE mode WHEN 'Q' THEN account(70000000000 + h) END AS account,
    CASE WHEN chance(h, 'ls/sc', 0.01) THEN '1' ELSE '0' END AS del_flag,
        saved(days_after(confirmed, 4), h, 'ls/gx') AS modify_time
FROM (
    SELECT *, CASE business WHEN '05' THEN pick(h, 'ls/lx', ['J', 'J', 'Z']) ELSE 'J' END AS relief_type,
        pick(h, 'ls/fs', ['Q', 'Q', 'Q', 'W', 'Z']) AS mode,
        business <> '05' OR (relief_type = 'J' AND chance(h, 'ls/xx', 0.4)) AS first
    FROM families WHERE business = '05' OR chance(h, 'ls/jj', 0.3)
);

CREATE OR REPLACE TEMP VIEW sam_referral AS
SELECT n AS rf_id, ref('ZJ', n, 10) AS rf_no, ref('CY', n, 10) AS member_no, kind,
    CASE kind WHEN 'YL' THEN '区医保局' WHEN 'JY' THEN '区教委' WHEN 'ZF' THEN '区住建委' WHEN 'JYE' THEN '区人力社保局' WHEN 'KF' THEN '区残联'
        WHEN 'FY' THEN '区司法局' ELSE '慈善组织' END AS dept,
    on_day AS rf_date, result, CASE result WHEN 'SL' THEN pick(n, 'zj/nr', ['减免费用', '一次性补助', '提供服务']) END AS content,
    CASE result WHEN 'SL' THEN "between"(n, 'zj/je', 5, 60) * 100.00 END AS amount,
    CASE WHEN result IS NOT NULL THEN days_after(on_day, "between"(n, 'zj/ts', 3, 20)) END AS feedback,
    saved(coalesce(days_after(on_day, 20), on_day), n, 'zj/gx') AS modify_time
FROM (
    SELECT *, pick(n, 'zj/lx', ['YL', 'YL', 'JY', 'ZF', 'JYE', 'KF', 'FY', 'CS']) AS kind,
        day(n, 'zj', confirmed, days_after(today, -25)) AS on_day,
        pick(n, 'zj/jg', ['SL', 'SL', 'SL', 'BSL', 'BZ', NULL]) AS result
    FROM members WHERE business IN ('01', '02', '03', '04') AND died IS NULL AND chance(n, 'zj', 0.4)
);

-- 一户至多两次变更；变更前后的金额与项目相合。
CREATE OR REPLACE TEMP VIEW sam_treatment_adjust AS
SELECT id AS ad_id, ref('BG', id, 11) AS ad_no, treat_no, family_no, item,
    CASE item WHEN 'ZJ' THEN '家庭人口增加' WHEN 'JS' THEN '家庭收入增加' WHEN 'TF' THEN '未按期复核' ELSE '户主变更' END AS reason,
        monthly AS before_amt,
    CASE item WHEN 'ZJ' THEN monthly + amount WHEN 'JS' THEN monthly - amount WHEN 'TF' THEN 0.00 ELSE monthly END AS after_amt,
    CAST(month6(CAST(date_trunc('month', on_day) + INTERVAL 1 MONTH AS DATE)) AS INTEGER) AS effect_ym,
        slash(on_day) AS approve_date,
    street AS organ_code, saved(on_day, id, 'bg/gx') AS modify_time
FROM (
    SELECT *, h * 10 + k AS id, pick(id, 'bg/xm', ['ZJ', 'ZJ', 'JS', 'JS', 'CY', 'TF']) AS item,
        "between"(id, 'bg/je', 5, 50) * 10.00 AS amount,
        day(id, 'bg/rq', since, today) AS on_day
    FROM dibao, range(1, 3) t(k) WHERE chance(h * 10 + k, 'bg', 0.6) AND since <= today
);

CREATE OR REPLACE TEMP VIEW sam_treatment_exit AS
SELECT h AS ex_id, ref('TC', h, 10) AS ex_no, treat_no, reason, month6(ended) AS exit_ym, district AS organ_code,
    least(days_after(ended, 5), today) AS send_date, CASE WHEN back THEN 'Y' ELSE 'N' END AS recover,
    CASE WHEN back THEN monthly * "between"(h, 'tc/ys', 1, 3) END AS recover_amt,
        saved(least(days_after(ended, 5), today), h, 'tc/gx') AS modify_time
FROM (
    SELECT *, pick(h, 'tc/yy', ['SRC', 'SRC', 'CCC', 'SW', 'QC', 'ZY', 'JYE', 'XM', 'BPH']) AS reason,
        reason = 'XM' OR chance(h, 'tc/zh', 0.1) AS back
    FROM dibao WHERE ended IS NOT NULL
);

-- 每半年复核一次，退出以后不再复核。
CREATE OR REPLACE TEMP VIEW sam_recheck AS
SELECT id AS rc_id, ref('FH', id, 12) AS rc_no, treat_no, cycle, on_day AS rc_date,
    pick(id, 'fh/fs', ['HD', 'HD', 'RH', 'DH', 'LF']) AS way,
    CASE WHEN last THEN '停止' ELSE pick(id, 'fh/jl', ['继续', '继续', '继续', '增发', '减发']) END AS result,
    CASE WHEN NOT last THEN days_after(on_day, CASE cycle WHEN 'J' THEN 91 WHEN 'B' THEN 182 ELSE 365 END) END AS next_date,
    named(id, 'fh/jbr') AS operator, saved(on_day, id, 'fh/gx') AS modify_time
FROM (
    SELECT *, h * 100 + k AS id, pick(h, 'fh/zq', ['J', 'B', 'B', 'N']) AS cycle,
        days_after(since, k * CASE cycle WHEN 'J' THEN 91 WHEN 'B' THEN 182 ELSE 365 END) AS on_day,
        k = 9 AND ended IS NOT NULL AS last
    FROM dibao, range(1, 10) t(k)
) WHERE on_day <= coalesce(ended, today);

-- 近三个月的应发：每户低保一笔，每名特困人员一笔基本生活费，有护理标准的再一笔护理费。
CREATE OR REPLACE TEMP VIEW due AS
WITH months AS (
    SELECT m, CAST(date_trunc('month', today) - to_months(CAST(m AS INTEGER)) AS DATE) AS first_day, today
    FROM clock, range(0, 3) t(m)
)
SELECT h AS key, 1 AS item, h, division, first_day, m, months.today, treat_no, head AS n, head_name AS payee,
    head_id_number AS id_card, size AS persons,
    CAST(monthly * 100 AS BIGINT) AS fen
FROM dibao, months WHERE since <= first_day AND (ended IS NULL OR ended > days_after(first_day, 10))
UNION ALL
SELECT n, 2, h, division, first_day, m, months.today, NULL, n, name, id_number, 1, CAST(base * 100 AS BIGINT)
FROM destitute, months WHERE since <= first_day AND (ended IS NULL OR ended > days_after(first_day, 10))
UNION ALL
SELECT n, 3, h, division, first_day, m, months.today, NULL, n, name, id_number, 1, CAST(care * 100 AS BIGINT)
FROM destitute, months WHERE care > 0 AND since <= first_day AND (ended IS NULL OR ended > days_after(first_day, 10));

-- 一段人口、一个区、一月、一项一批，所以批次的合计恰是明细之和；本月 20 日前的批次还没有回盘。
CREATE OR REPLACE TEMP VIEW paid AS
SELECT d.*, year(first_day) * 12 + month(first_day) AS month_no, key * 10000 + month_no % 1000 * 10 + item AS id,
    ((number * 1000 + CAST(right(division, 3) AS BIGINT)) * 1000 + month_no % 1000) * 10 + item AS batch,
        days_after(first_day, 9) AS sent,
    days_after(first_day, 11) <= today AS returned,
    CASE WHEN chance(id, 'ff/bk', 0.1) THEN "between"(id, 'ff/bkje', -10, 10) * 1000 END AS adjust_fen,
    CASE WHEN NOT returned THEN 'W' WHEN chance(id, 'ff/sb', 0.05) THEN 'F' ELSE 'S' END AS result
FROM due d, chunk WHERE days_after(first_day, 9) <= today;

CREATE OR REPLACE TEMP VIEW sam_release_summary AS
SELECT batch AS rs_id, ref('PC', batch, 14) AS rs_no, list_extract(['DB', 'TKSH', 'TKHL'], any_value(item)) AS item_code,
    strftime(any_value(first_day), '%Y-%m') AS release_ym, any_value(division) AS area_code, count(DISTINCT h) AS families,
        sum(persons) AS persons,
    sum(fen + coalesce(adjust_fen, 0)) / 100 AS total, pick(batch, 'pc/yh', ['NSH', 'NSH', 'YZ', 'CSH']) AS bank,
    CAST(at_work(any_value(sent), batch, 'pc/tj') AS TIMESTAMP) AS submit_time,
    CASE WHEN any_value(returned) THEN CAST(at_work(days_after(any_value(sent), 1), batch, 'pc/hp') AS TIMESTAMP) END
        AS return_time,
    CASE WHEN any_value(returned) THEN count(*) FILTER (result = 'S') END AS ok_num,
    CASE WHEN any_value(returned) THEN count(*) FILTER (result = 'F') END AS fail_num,
    CASE WHEN any_value(returned) THEN coalesce(sum(fen + coalesce(adjust_fen, 0)) FILTER (result = 'S'), 0) / 100 END
        AS ok_amount,
    CASE WHEN NOT any_value(returned) THEN '1' WHEN count(*) FILTER (result = 'F') > 0 THEN '2' ELSE '4' END AS state,
    saved(days_after(any_value(sent), 1), batch, 'pc/gx') AS modify_time
FROM paid GROUP BY batch;

CREATE OR REPLACE TEMP VIEW sam_release_detail AS
SELECT id AS rd_id, ref('MX', id, 14) AS rd_no, batch AS rs_id, treat_no, payee, id_card,
    pick(n, 'zh/yh', ['NSH', 'NSH', 'YZ', 'GY1', 'CSH']) AS bank,
    account(80000000000 + n) AS account, pick(n, 'zh/lx', ['S', 'S', 'K', 'Z']) AS acc_type, fen AS due_fen, adjust_fen,
    fen + coalesce(adjust_fen, 0) AS paid_fen, result,
    CASE result WHEN 'F' THEN pick(id, 'ff/yy', ['E1', 'E2', 'E3', 'E4']) END AS fail_reason,
    CASE result WHEN 'S' THEN d8(days_after(sent, 1)) END AS arrive_date, saved(days_after(sent, 1), id, 'ff/gx') AS modify_time
FROM paid;

CREATE OR REPLACE TEMP VIEW sam_bank_account AS
SELECT n AS ba_id, ref('ZH', n, 10) AS ba_no, any_value(family_no) AS family_no, any_value(person) AS acc_name,
    any_value(id_number) AS id_card,
    pick(n, 'zh/yh', ['NSH', 'NSH', 'YZ', 'GY1', 'CSH']) AS bank, account(80000000000 + n) AS account,
        pick(n, 'zh/lx', ['S', 'S', 'K', 'Z']) AS acc_type,
    min(opened) AS begin_date, CASE WHEN bool_and(closed IS NOT NULL) THEN max(closed) END AS end_date,
    CASE WHEN bool_and(closed IS NOT NULL) THEN 'T' WHEN chance(n, 'zh/dj', 0.03) THEN 'D' ELSE 'A' END AS state,
    saved(coalesce(CASE WHEN bool_and(closed IS NOT NULL) THEN max(closed) END, min(opened)), n, 'zh/gx') AS modify_time
FROM (
    SELECT n, family_no, person, id_number, opened, closed FROM payees
    UNION ALL
    SELECT n, NULL, name, id_number, opened, died FROM subsidised
) GROUP BY n;
