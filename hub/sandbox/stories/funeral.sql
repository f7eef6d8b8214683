-- 殡葬管理服务信息系统。The dead of the list, arranged by the head of their household, and a few bodies that nobody knows.
-- The views 'parlours' to 'cremated' draw alike in cemetery.sql: both systems speak of the same funerals.

CREATE OR REPLACE TEMP MACRO parlour_of(x) AS 4 + 12 * draw(x, '殡仪馆', 12);
CREATE OR REPLACE TEMP MACRO wording(moment) AS strftime(CAST(moment AS TIMESTAMP), '%Y-%m-%d %H:%M:%S');

CREATE OR REPLACE TEMP VIEW parlours AS
SELECT number AS organ_id, ref('BYG', number, 3) AS organ_no, name, division, credit_code, address, phone
FROM institutions WHERE kind = '殡仪馆' AND number <= 144;

CREATE OR REPLACE TEMP VIEW buried AS
SELECT p.n * 10 AS d, p.n, p.surname AS last_name, p.given AS first_name, p.name, p.sex, p.id_number, p.birth,
    p.nation, p.division, p.address, p.died, CAST(p.died AS TIMESTAMP) + to_minutes(draw(p.n, '死亡时刻', 1440)) AS die_at,
    k.name AS kin_name, k.id_number AS kin_card, k.phone AS kin_phone, k.address AS kin_addr, k.bank_account AS kin_account,
    CASE WHEN p.slot = 1 THEN CASE k.sex WHEN '1' THEN '丈夫' ELSE '妻子' END
        WHEN p.slot < 4 THEN CASE k.sex WHEN '1' THEN '父亲' ELSE '母亲' END
        ELSE CASE k.sex WHEN '1' THEN '儿子' ELSE '女儿' END END AS kin,
    p.nation NOT IN ('03', '05') AND NOT chance(p.n, '运回原籍', 0.16) AS to_fire
FROM people p JOIN people k ON k.h = p.h AND k.slot = 0
WHERE p.died IS NOT NULL;

CREATE OR REPLACE TEMP VIEW unknown_bodies AS
SELECT (h * 6 + 1) * 10 + 9 AS d, h * 6 + 1 AS n, '无名' AS last_name, '氏' AS first_name, '无名氏' AS name,
    pick(h, '性别', ['1', '2', '9']) AS sex, NULL AS id_number, NULL AS birth, NULL AS nation, division,
    pick(h, '发现地', ['示例公园湖边', '示例路桥下', '示例山林区']) AS address,
    day(h, '发现', today - 400, today - 5) AS died,
    CAST(day(h, '发现', today - 400, today - 5) AS TIMESTAMP) + to_hours(between(h, '时刻', 5, 20)) AS die_at,
    NULL AS kin_name, NULL AS kin_card, NULL AS kin_phone, NULL AS kin_addr, NULL AS kin_account, NULL AS kin, FALSE AS to_fire
FROM households, clock WHERE chance(h, '无名遗体', 0.006);

CREATE OR REPLACE TEMP VIEW dead AS
SELECT *, ref('SZ', d, 11) AS dead_no, parlour_of(n) AS organ_id FROM (FROM buried UNION ALL FROM unknown_bodies);

CREATE OR REPLACE TEMP VIEW cremated AS
SELECT *, days_after(died, between(n, '停灵', 1, 4)) AS fire_day,
    at_work(days_after(died, between(n, '停灵', 1, 4)), n, '火化') AS fire_at,
    pick(n, '骨灰', ['寄存', '寄存', '寄存', '寄存', '墓', '墓', '墓', '墓', '壁', '树', '花', '海', '老坟']) AS rest
FROM dead WHERE to_fire;

CREATE OR REPLACE TEMP VIEW carried AS
SELECT *, die_at + to_minutes(between(n, '接运', 60, 240)) AS carry_at,
    die_at + to_minutes(between(n, '接运', 60, 240) + between(n, '在途', 25, 60)) AS arrive_at
FROM dead WHERE name = '无名氏' OR chance(n, '接运', 0.8);

CREATE OR REPLACE TEMP VIEW wares AS
SELECT * FROM (VALUES
    (1, '普通遗体接运（二十公里内）', '01', '政府定价', '次', 260, 0),
    (2, '遗体冷藏', '02', '政府定价', '天', 60, 0),
    (3, '普通火化', '03', '政府定价', '具', 380, 0),
    (4, '骨灰寄存', '04', '政府指导价', '年', 50, 30),
    (5, '遗体整容', '05', '政府指导价', '次', 150, 150),
    (6, '告别厅使用', '08', '市场调节', '小时', 300, 900),
    (7, '骨灰盒（普通）', '09', '市场调节', '个', 400, 1600)
) t(k, ware, kind, pricing, unit, base, more);

CREATE OR REPLACE TEMP VIEW priced AS
SELECT organ_id * 10 + k AS price_id, organ_id, organ_no, k, ware, kind, pricing, unit,
    CAST(base + 10 * draw(organ_id * 10 + k, '价格', more // 10 + 1) AS DECIMAL(10,2)) AS price
FROM parlours, wares;

CREATE OR REPLACE TEMP VIEW fs_organ AS
WITH all_organs AS (
    SELECT organ_id, organ_no, name, credit_code AS uscc, '殡仪馆' AS organ_type, 'SY' AS unit_kind,
        pick(organ_id, '等级', ['一级', '二级', '三级', '未评']) AS grade, division, address, phone, 40 AS people, 60 AS mu
    FROM parlours
    UNION ALL
    SELECT number, ref('GM', number, 3), name, credit_code, '公墓', CASE WHEN number // 12 % 3 = 0 THEN 'SY' ELSE 'QY' END, '',
        division, address, phone, 25, 300
    FROM institutions WHERE kind = '公墓' AND number <= 192
    UNION ALL
    SELECT 700 + row_number() OVER (ORDER BY code), 'GHT' || code, name || '示例村骨灰堂', '无', '骨灰堂', 'CJ', '', code, name || '示例村',
        '010-00008' || right(code, 3), 2, 1
    FROM divisions WHERE code >= '110109'
)
SELECT organ_id, organ_no, name AS organ_name, uscc, organ_type, unit_kind, grade, division AS area, address, phone AS tel,
    named(organ_id, '法人') AS legal_man, people + between(organ_id, '职工', 0, 30) AS staff_num,
    mu + draw(organ_id, '占地', 4000) / 100 AS area_mu, slash(day(organ_id, '成立', '1985-01-01', '2015-12-31')) AS set_up,
    CASE WHEN chance(organ_id, '停业', 0.05) THEN 'PAUSE' ELSE 'OPEN' END AS state,
    saved(day(organ_id, '登记', today - 900, today), organ_id, '机构') AS mtime
FROM all_organs, once, clock;

CREATE OR REPLACE TEMP VIEW fs_staff AS
WITH workers AS (
    SELECT *, days_after(birth, between(n, '入职年龄', 7400, 11000)) AS hired_on FROM people, clock
    WHERE died IS NULL AND birth BETWEEN today - 21000 AND today - 9000 AND chance(n, '殡葬职工', 0.09)
)
SELECT n AS staff_id, ref('BZ', n, 8) AS work_no, parlour_of(n + 1) AS organ_id, name, id_number AS id_card,
    CASE sex WHEN '1' THEN '男' ELSE '女' END AS gender,
    pick(n, '岗位', ['JY', 'FF', 'ZR', 'HH', 'HH', 'BY', 'BY', 'GH', 'JD', 'WX', 'XZ']) AS post,
    pick(n, '资格', ['技师', '高级工', '中级工', '中级工', '初级工', '无']) AS cert_grade,
    CASE WHEN pick(n, '资格', ['技师', '高级工', '中级工', '中级工', '初级工', '无']) = '无' THEN '' ELSE ref('ZJ', n, 10) END AS cert_no,
    dash(least(hired_on, today - 30)) AS hired, pick(n, '在岗', ['1', '1', '1', '1', '1', '1', '2', '3']) AS on_duty,
    'N' AS del_flag, saved(greatest(least(hired_on, today - 30), days_after(today, -between(n, '录入', 0, 700))), n, '职工') AS mtime
FROM workers;

CREATE OR REPLACE TEMP VIEW devices AS
SELECT organ_id * 10 + k AS dev_id, organ_no || '-' || CASE WHEN k < 3 THEN 'HHJ' ELSE 'SB' END || k AS dev_no, organ_id, k
FROM parlours, (SELECT unnest([1, 2, 3, 4, 5]) AS k);

CREATE OR REPLACE TEMP VIEW fs_device AS
SELECT dev_id, dev_no, organ_id, list_extract(['火化机', '火化机', '尾气净化装置', '冷藏柜', '殡仪车'], k) AS kind,
    list_extract(['YQ-', 'YQ-', 'WQ-', 'LC-', 'CY-'], k) || between(dev_id, '型号', 100, 999) AS model,
    pick(dev_id, '厂家', ['示例殡葬设备有限公司', '示例环保科技有限公司', '']) AS maker, day(dev_id, '投用', today - 4500, today - 200) AS use_date,
    CASE WHEN k < 3 THEN pick(dev_id, '燃料', ['柴油', '天然气', '天然气', '电']) ELSE '' END AS fuel, CASE WHEN k < 4 THEN 1 END AS env_ok,
    pick(dev_id, '状态', ['ZY', 'ZY', 'ZY', 'ZY', 'BY', 'WX']) AS state,
    saved(day(dev_id, '登记', today - 190, today), dev_id, '设备') AS mtime
FROM devices, once, clock;

CREATE OR REPLACE TEMP VIEW fs_env_test AS
WITH tests AS (
    SELECT *, dev_id * 10 + back AS test_id,
        day(dev_id * 10 + back, '检测', today - 365 * back - 300, today - 365 * back) AS tested,
        chance(dev_id * 10 + back, '不达标', 0.1) AS bad
    FROM devices, once, clock, (SELECT unnest([0, 1, 2]) AS back) WHERE k < 3
)
SELECT test_id, ref('HJ', test_id, 8) AS test_no, dev_id, d8(tested) AS test_date, institution('评估机构', test_id).name AS tester,
    CAST(draw(test_id, '烟尘', 24000) / 1000 + CASE WHEN bad THEN 31 ELSE 3 END AS DECIMAL(10,3)) AS dust,
    CASE WHEN NOT chance(test_id, '没测', 0.1) THEN CAST(draw(test_id, '二氧化硫', 28000) / 1000 AS DECIMAL(10,3)) END AS so2,
    CASE WHEN chance(test_id, '未检', 0.3) THEN '未检'
        ELSE '0.' || lpad(CAST(draw(test_id, '二噁英', 480) AS VARCHAR), 3, '0') END AS dioxin,
    CASE WHEN bad THEN pick(test_id, '结论', ['不合格', '复测']) ELSE '合格' END AS result, saved(tested, test_id, '检测') AS mtime
FROM tests;

CREATE OR REPLACE TEMP VIEW fs_dead AS
SELECT d AS dead_id, dead_no, last_name, first_name, CASE sex WHEN '1' THEN 'M' WHEN '2' THEN 'F' ELSE 'U' END AS gender,
    CASE WHEN id_number IS NULL THEN '' ELSE 'SFZ' END AS card_kind, coalesce(id_number, '') AS card_no, dash(birth) AS birthday,
    CASE nation WHEN '01' THEN '汉族' WHEN '02' THEN '蒙古族' WHEN '03' THEN '回族' WHEN '04' THEN '藏族' WHEN '05' THEN '维吾尔族'
        WHEN '06' THEN '苗族' WHEN '07' THEN '彝族' WHEN '08' THEN '壮族' WHEN '10' THEN '朝鲜族' WHEN '11' THEN '满族' WHEN '12' THEN '侗族'
        WHEN '15' THEN '土家族' WHEN '17' THEN '哈萨克族' WHEN '22' THEN '畲族' WHEN '38' THEN '锡伯族' END AS nation,
    CASE WHEN id_number IS NOT NULL THEN 'CHN' END AS country, CASE WHEN id_number IS NOT NULL THEN division END AS reg_area,
    CASE WHEN id_number IS NOT NULL THEN address END AS reg_addr,
    CASE WHEN chance(n, '住址', 0.8) AND id_number IS NOT NULL THEN address END AS live_addr,
    die_at, CASE WHEN chance(n, '在家', 0.4) OR id_number IS NULL THEN address ELSE institution('医院', n).name END AS die_place,
    CASE WHEN id_number IS NULL THEN 'QT'
        ELSE pick(n, '死因', ['ZR', 'ZR', 'BG', 'BG', 'BG', 'BG', 'BG', 'BG', 'SG', 'CH', 'NS']) END AS die_cause,
    ref('SWZM', d, 12) AS proof_no,
    CASE WHEN id_number IS NULL THEN '北京市公安局示例分局' ELSE institution('医院', n).name END AS proof_unit,
    named(n, '录入') AS operator, saved(days_after(died, 1), n, '逝者') AS mtime
FROM dead;

CREATE OR REPLACE TEMP VIEW fs_agent AS
SELECT d AS agent_id, ref('JBR', d, 11) AS agent_no, d AS dead_id, kin_name AS name, 'SFZ' AS card_kind, kin_card AS card_no, kin,
    kin_phone AS mobile, kin_addr AS addr, saved(days_after(died, 1), n, '经办人') AS mtime
FROM dead WHERE kin_name IS NOT NULL;

CREATE OR REPLACE TEMP VIEW fs_carry AS
SELECT d AS carry_id, ref('JY', d, 11) AS carry_no, d AS dead_id, organ_id, wording(carry_at) AS carry_time,
    CASE WHEN chance(n, '在家', 0.4) OR id_number IS NULL THEN address ELSE institution('医院', n).name END AS carry_place,
    '京示' || lpad(CAST(organ_id * 10 + draw(n, '车', 10) AS VARCHAR), 5, '0') AS car_no, named(n, '司机') AS driver,
    CASE WHEN id_number IS NULL THEN pick(n, '遗体', ['完好', '腐败', '遗骸']) ELSE '完好' END AS body, wording(arrive_at) AS arrive_time,
    named(n, '交接') AS receiver, saved(CAST(arrive_at AS DATE), n, '接运') AS mtime
FROM carried;

CREATE OR REPLACE TEMP VIEW fs_freezer AS
WITH kept AS (
    SELECT a.*, c.fire_at, c.fire_day, arrive_at + INTERVAL 15 MINUTE AS in_at, c.fire_at - INTERVAL 1 HOUR AS out_at,
        greatest(date_diff('day', CAST(arrive_at + INTERVAL 15 MINUTE AS DATE), c.fire_day), 1) AS lasted
    FROM carried a LEFT JOIN cremated c ON c.d = a.d WHERE c.d IS NOT NULL OR a.kin_name IS NULL
)
SELECT d AS rec_id, ref('LC', d, 11) AS rec_no, d AS dead_id,
    chr(CAST(65 + draw(n, '区', 5) AS INTEGER)) || between(n, '柜', 101, 160) AS box_no,
    in_at AS in_time, out_at AS out_time, CASE WHEN fire_at IS NOT NULL THEN lasted END AS days,
    CASE WHEN fire_at IS NOT NULL THEN lasted * 6000 END AS fee_fen, named(n, '冷藏') AS handler,
    saved(coalesce(fire_day, CAST(in_at AS DATE)), n, '冷藏') AS mtime
FROM kept;

CREATE OR REPLACE TEMP VIEW fs_booking AS
SELECT d * 10 + k AS book_id, ref('YY', d * 10 + k, 12) AS book_no, d AS dead_id, organ_id,
    list_extract(['GB', 'HH', 'ZR'], k) AS item,
    fire_at - to_minutes(CASE k WHEN 1 THEN 60 WHEN 2 THEN 0 ELSE 120 END) AS book_time,
    CASE k WHEN 1 THEN '第' || between(n, '礼厅', 1, 9) || '告别厅' ELSE '无' END AS hall, kin_name AS booker, kin_phone AS mobile,
    pick(d * 10 + k, '渠道', ['WEB', 'APP', 'WX', 'WX', 'TEL', 'HALL', 'HALL', 'HALL']) AS channel,
    pick(d * 10 + k, '结果', [1, 1, 1, 1, 1, 1, 2, 3]) AS state, saved(fire_day, d * 10 + k, '预约') AS mtime
FROM cremated, (SELECT unnest([1, 2, 3]) AS k) WHERE k = 2 OR chance(d * 10 + k, '预约', 0.45);

CREATE OR REPLACE TEMP VIEW fs_price AS
SELECT price_id, ref('JG', price_id, 6) AS item_no, organ_id, ware AS item_name, kind, pricing, unit, price,
    CASE WHEN pricing = '市场调节' THEN '无' ELSE '京发改示〔' || between(organ_id, '文号年', 2019, 2023) || '〕' || k || '号' END AS doc_no,
    day(organ_id, '价格', '2024-01-01', '2024-03-31') AS begin_date,
    saved(day(price_id, '公示', '2024-04-01', today), price_id, '价格') AS mtime
FROM priced, once, clock;

CREATE OR REPLACE TEMP VIEW bills AS
SELECT c.d * 10 + p.k AS bill_id, c.d, c.n, c.fire_day, p.price_id, p.k, fen(p.price) AS price_fen,
    CAST(CASE p.k WHEN 2 THEN date_diff('day', c.died, c.fire_day) WHEN 4 THEN 3 WHEN 6 THEN 1.5 ELSE 1 END AS DECIMAL(10,2)) AS qty
FROM cremated c JOIN priced p ON p.organ_id = c.organ_id
WHERE p.k IN (2, 3) OR (p.k = 4 AND c.rest = '寄存') OR chance(c.d * 10 + p.k, '收费', 0.3);

CREATE OR REPLACE TEMP VIEW fs_bill AS
SELECT bill_id, ref('SF', bill_id, 13) AS bill_no, d AS dead_id, price_id, qty, price_fen,
    CAST(qty * price_fen AS BIGINT) AS due_fen,
    CASE WHEN k IN (2, 3) AND chance(n, '免费', 0.6) THEN CAST(qty * price_fen AS BIGINT) ELSE 0 END AS cut_fen,
    CASE WHEN k IN (2, 3) AND chance(n, '免费', 0.6) THEN 0 ELSE CAST(qty * price_fen AS BIGINT) END AS paid_fen,
    slash(fire_day) AS pay_day,
    CASE WHEN k IN (2, 3) AND chance(n, '免费', 0.6) THEN '' ELSE ref('PJ', bill_id, 13) END AS invoice, 'F' AS void_flag,
    saved(fire_day, bill_id, '收费') AS mtime
FROM bills;

CREATE OR REPLACE TEMP VIEW fs_cremate AS
WITH told AS (
    SELECT *, rest <> '老坟' OR chance(n, '领灰', 0.9) AS taken, NOT chance(n, '未签发', 0.06) AS proven, fire_day AS take_on
    FROM cremated
)
SELECT d AS cre_id, ref('HH', d, 11) AS cre_no, d AS dead_id, ref('BYG', organ_id, 3) AS organ_no,
    ref('BYG', organ_id, 3) || '-HHJ' || between(n, '炉', 1, 2) AS dev_no, fire_at AS start_at, named(n, '火化员') AS worker,
    CASE rest WHEN '寄存' THEN 'JC' WHEN '海' THEN 'SS' WHEN '老坟' THEN 'ZY'
        ELSE CASE WHEN draw(n, '公墓', 16) % 3 = 0 THEN 'GY' ELSE 'JY' END END AS ash_to,
    CASE WHEN taken THEN kin_name END AS taker, CASE WHEN taken THEN kin_card END AS taker_card,
    CASE WHEN taken THEN slash(take_on) END AS take_day,
    CASE WHEN taken THEN 'LH' ELSE 'DG' END AS cre_state, CASE WHEN proven THEN ref('HHZ', d, 12) ELSE '' END AS proof_no,
    CASE WHEN proven THEN d8(fire_day) END AS proof_day,
    CASE WHEN proven AND chance(n, '电子', 0.7)
        THEN '1.2.156.3005.2.11100000.' || institution_of(organ_id).credit_code || '.' || ref('', d, 12) || '.001.X' END AS elec_id,
    CASE WHEN chance(n, '补发', 0.05) THEN 'T' ELSE 'F' END AS again, CASE WHEN proven THEN 'Y' ELSE '' END AS proof_state,
    saved(fire_day, n, '火化') AS mtime
FROM told;

CREATE OR REPLACE TEMP VIEW fs_ash AS
SELECT d AS ash_id, ref('JC', d, 11) AS ash_no, d AS dead_id, ref('BYG', organ_id, 3) AS organ_no,
    pick(n, '厅', ['福寿厅', '安宁厅', '思源厅']) AS hall,
    between(n, '排', 1, 40) AS row_no, between(n, '列', 1, 60) AS col_no, fire_day AS begin_day,
    days_after(fire_day, 3 * 365) AS end_day,
    CAST(150 + 30 * draw(n, '寄存费', 4) AS DECIMAL(10,2)) AS fee, kin_name AS depositor, kin_phone AS mobile,
    pick(n, '寄存', [1, 1, 1, 1, 2]) AS state, saved(fire_day, n, '寄存') AS mtime
FROM cremated WHERE rest = '寄存';

CREATE OR REPLACE TEMP VIEW fs_subsidy AS
WITH granted AS (
    SELECT *, days_after(fire_day, between(n, '审批', 5, 30)) AS audited,
        days_after(fire_day, between(n, '审批', 5, 30) + 20) AS paid,
        CASE WHEN rest IN ('树', '花', '海') THEN '生态奖补' WHEN chance(n, '免费', 0.6) THEN '费用减免' ELSE '困难补贴' END AS kind
    FROM cremated, clock WHERE rest IN ('树', '花', '海') OR chance(n, '补贴', 0.4)
)
SELECT d AS sub_id, ref('BT', d, 11) AS sub_no, d AS dead_id, kind, kin_name AS applicant, kin_card AS card_no, kin,
    CASE kind WHEN '生态奖补' THEN 4000 WHEN '费用减免' THEN 500 ELSE 5000 END AS amount,
    CASE WHEN kind <> '费用减免' THEN kin_account END AS account,
    CASE WHEN audited <= today THEN dash(audited) END AS audit_day, CASE WHEN paid <= today THEN dash(paid) END AS pay_day,
    CASE WHEN paid <= today THEN '发放' WHEN audited <= today THEN '通过' ELSE '待审' END AS state,
    saved(least(paid, today), n, '补贴') AS mtime
FROM granted;

CREATE OR REPLACE TEMP VIEW fs_transport AS
SELECT d AS trip_id, ref('YS', d, 11) AS trip_no, d AS dead_id, '北京市' AS from_place,
    pick(n, '目的地', ['河北省保定市', '山东省济南市', '宁夏回族自治区吴忠市', '新疆维吾尔自治区喀什地区', '河南省周口市', '加拿大多伦多', '日本东京']) AS to_place,
    institution('殡仪馆', (organ_id - 4) // 12).name AS carrier,
    CASE WHEN draw(n, '目的地', 7) < 5 THEN '京民殡示〔' || year(died) || '〕' || between(n, '文号', 1, 400) || '号' END AS approve_no,
    CASE WHEN draw(n, '目的地', 7) >= 5 THEN ref('CJZM', d, 11) END AS border_no,
    d8(days_after(died, between(n, '外运', 1, 4))) AS trip_day,
    named(n, '外运') AS handler, saved(days_after(died, between(n, '外运', 1, 4)), n, '外运') AS mtime
FROM dead WHERE NOT to_fire AND kin_name IS NOT NULL;

CREATE OR REPLACE TEMP VIEW fs_zone AS
SELECT row_number() OVER (ORDER BY code) AS zone_id, code AS area,
    CASE WHEN code IN ('110116', '110119') THEN '土葬' ELSE '火葬' END AS kind,
    '京政示〔1997〕' || right(code, 2) || '号' AS doc_no, '1997年12月1日' AS doc_day,
    CAST(30 + draw(code, '人口', 30000) / 100 AS DECIMAL(8,2)) AS pop_wan,
    CASE WHEN code = '110119' THEN '山区乡镇允许土葬' ELSE '无' END AS remark
FROM divisions, once;
