-- 救助管理信息系统：谁求助、谁受助、谁的身份查不明、谁被认领、谁长期滞留。

CREATE OR REPLACE TEMP VIEW stations AS
SELECT row_number() OVER (ORDER BY code) AS id, code, name, 'JZ-' || code AS no FROM divisions;

CREATE OR REPLACE TEMP VIEW stn_info AS
SELECT s.id, s.no AS stn_no, s.name || '救助管理站' AS stn_name, lower(credit(6100000 + s.id)) AS uscc,
    CASE WHEN s.id % 7 = 3 THEN '公益二类' ELSE '公益一类' END AS nature, s.code AS area, s.name || '示例街' || s.id || '号' AS addr,
    '010-0001' || lpad(s.id::VARCHAR, 4, '0') AS duty_tel, between(s.id, 'beds', 30, 160)::VARCHAR AS beds,
    between(s.id, 'staff', 8, 45) AS staff, dash(day(s.id, 'found', '2003-08-01', '2012-12-31')) AS found_on,
    CASE WHEN s.id = 16 THEN 'S' ELSE 'A' END AS state, saved(c.today - 400, s.id, 'stn') AS upd_time
FROM once, stations s, clock c;

-- 受助人员。起初身份不明的（unknown）要查询、发公告；亲属来认领的（found）身份随之确认。
CREATE OR REPLACE TEMP VIEW wanderers AS
SELECT p.*, s.id AS stn_id, s.no AS stn_no, s.code AS stn_area, c.today, p.birth > c.today - 6205 AS minor,
    p.birth < c.today - 22280 AS old, p.birth <= c.today - 6575 AND chance(p.n, 'unknown', 0.55) AS unknown,
    unknown AND p.slot <> 0 AND chance(p.n, 'found', 0.55) AS found
FROM people p JOIN stations s ON s.code = p.division, clock c
WHERE p.died IS NULL AND p.birth < c.today - 2555
    AND chance(p.n, 'vagrancy', CASE WHEN p.birth > c.today - 6205 THEN 0.14 ELSE 0.07 END);

CREATE OR REPLACE TEMP VIEW cases AS
SELECT w.*, CASE WHEN found OR NOT unknown THEN CASE WHEN NOT unknown AND chance(n, 'told', 0.15) THEN 'H' ELSE 'Y' END
        WHEN chance(n, 'told', 0.3) THEN 'H' ELSE 'N' END AS id_state, id_state = 'N' AND chance(n, 'long', 0.75) AS long,
    CASE WHEN long THEN day(n, 'came', today - 1100, today - 240) ELSE day(n, 'came', today - 500, today - 16) END AS came,
    at_work(came, n, 'came') AS in_time,
    CASE WHEN minor THEN 'WCN' WHEN chance(n, 'ill', 0.1) THEN 'WZ' WHEN disability = '6' THEN 'JS'
        WHEN disability IS NOT NULL THEN 'CJ'
        WHEN old THEN 'LN' ELSE 'CN' END AS cat,
    days_after(came, between(n, 'stay', 4, 9)) AS leaves, NOT long AND NOT chance(n, 'still', 0.08) AS gone,
    CASE WHEN found AND chance(n, 'fetched', 0.7) THEN '02' WHEN found THEN '03'
        WHEN minor THEN pick(n, 'way out', ['02', '02', '03'])
        WHEN id_state = 'N' THEN pick(n, 'way out', ['01', '04', '04', '05', '06'])
        ELSE pick(n, 'way out', ['01', '01', '01', '03', '03', '03', '04', '05', '06']) END AS way_out,
    substr(id_number, 1, 6) AS origin, 'SZ' || lpad(n::VARCHAR, 10, '0') AS rcp_no, 'JZ' || lpad(n::VARCHAR, 10, '0') AS case_no
FROM wanderers w;

CREATE OR REPLACE TEMP VIEW askers AS
SELECT n, case_no, stn_id, in_time - to_seconds(between(n, 'wait', 600, 3000)) AS ask_time, came AS asked,
    CASE WHEN cat = 'WZ' THEN 'S' ELSE 'J' END AS result, NOT (minor OR unknown) AS able, division
FROM cases
UNION ALL
SELECT p.n, NULL, s.id, at_work(day(p.n, 'asked', c.today - 400, c.today - 3), p.n, 'asked'),
    day(p.n, 'asked', c.today - 400, c.today - 3),
    CASE WHEN chance(p.n, 'refused', 0.75) THEN 'B' ELSE 'F' END, TRUE, p.division
FROM people p JOIN stations s ON s.code = p.division, clock c
WHERE p.died IS NULL AND p.birth < c.today - 7000 AND chance(p.n, 'asks', 0.035)
    AND NOT chance(p.n, 'vagrancy', 0.14);

CREATE OR REPLACE TEMP VIEW ask_reg AS
SELECT n AS ask_id, ref('QZ', n, 10) AS ask_no, stn_id, ask_time,
    CASE WHEN able AND chance(n, 'alone', 0.6) THEN '本人求助' WHEN result = 'S' AND chance(n, 'clinic', 0.4) THEN '医院转'
        ELSE pick(n, 'way', ['公安送', '公安送', '城管送', '巡查送', '群众送']) END AS way,
    CASE way WHEN '公安送' THEN replace(institution('街道办事处', n).name, '街道办事处', '派出所')
        WHEN '城管送' THEN replace(institution('街道办事处', n).name, '街道办事处', '街道执法队')
        WHEN '医院转' THEN institution('医院', n).name ELSE '无' END AS sender_org,
    CASE WHEN way <> '本人求助' THEN named(n, 'sender') END AS sender,
    CASE WHEN way <> '本人求助' THEN '1390001' || lpad(draw(n, 'sender', 10000)::VARCHAR, 4, '0') END AS sender_tel,
    pick(n, 'place', ['火车站广场', '长途汽车站', '地铁站口', '过街天桥下', '公园长椅', '医院急诊门口', '']) AS found_place,
    CASE WHEN NOT able THEN pick(n, 'reason', ['ZS', 'ZS', 'LL', 'JB', 'YQ'])
        ELSE pick(n, 'reason', ['WG', 'WG', 'TK', 'TK', 'DP', 'LL', 'QT', 'HB', 'SM', 'ZZ']) END AS reason,
    pick(n, 'check', ['未携带危险物品', '代管小刀一把', '']) AS sec_check, named(stn_id, 'clerk') AS reg_by, result,
    CASE WHEN result = 'B' THEN ref('BY', n, 10) END AS no_no,
    CASE WHEN result = 'B' THEN pick(n, 'why not', ['A', 'A', 'B', 'C', 'D', 'E', 'Z']) END AS no_reason,
    CASE WHEN result = 'B' THEN '不予救助〔' || year(asked) || '〕' || n || '号' END AS notice_no,
    CASE WHEN result = 'B' THEN slash(asked) END AS notice_date, CASE WHEN result = 'B' THEN named(stn_id, 'chief') END AS no_by,
    CASE WHEN result = 'B' THEN CASE WHEN chance(n, 'signed', 0.8) THEN '是' ELSE '否' END END AS signed,
    '0' AS is_del, saved(asked, n, 'ask') AS upd_time
FROM askers;

CREATE OR REPLACE TEMP VIEW rcp_base AS
SELECT n AS pid, rcp_no, CASE WHEN id_state <> 'N' THEN name END AS full_name, id_state,
    CASE WHEN id_state = 'Y' THEN '身份证' END AS id_kind,
    CASE WHEN id_state = 'Y' THEN CASE WHEN chance(n, 'small', 0.3) THEN lower(id_number) ELSE id_number END END AS id_no,
    CASE WHEN sex = '1' THEN '男' ELSE '女' END AS gender, CASE WHEN id_state <> 'N' THEN dash(birth) ELSE '' END AS birth,
    CASE WHEN id_state = 'Y' THEN list_extract(['汉族', '蒙古族', '回族', '藏族', '维吾尔族', '苗族', '彝族', '壮族', '布依族', '朝鲜族', '满族'],
        nation::INTEGER) END AS nation,
    CASE WHEN id_state <> 'N' THEN origin END AS hk_area, CASE WHEN id_state = 'Y' THEN '户籍地示例村' || n % 97 || '号' END AS hk_addr,
    CASE WHEN id_state = 'N' THEN '' ELSE pick(n, 'schooling', ['文盲', '小学', '小学', '初中', '初中', '高中', '中专', '大专']) END AS edu,
    CASE WHEN id_state = 'N' THEN '不详' ELSE CASE marital WHEN '10' THEN '未婚' WHEN '30' THEN '丧偶' WHEN '40' THEN '离异'
        ELSE '已婚' END END AS marry,
    'T' AS valid_flag, saved(days_after(came, 2), n, 'base') AS upd_time
FROM cases;

CREATE OR REPLACE TEMP VIEW rcp_body AS
SELECT n AS body_id, n AS pid, CASE WHEN disability IS NOT NULL THEN '残疾' WHEN health >= '30' THEN '慢性病'
        WHEN health = '20' THEN '一般'
        WHEN id_state = 'N' THEN '不详' ELSE '良好' END AS health,
    CASE WHEN disability = '5' THEN '2' WHEN id_state = 'N' THEN pick(n, 'iq', ['0', '1', '1', '9']) ELSE '0' END AS iq,
    CASE WHEN disability = '6' THEN '2' WHEN id_state = 'N' THEN pick(n, 'mind', ['0', '1', '1', '9']) ELSE '0' END AS mental,
    CASE WHEN sex = '1' THEN between(n, 'tall', 1600, 1850) / 10.0
        ELSE between(n, 'tall', 1500, 1720) / 10.0 END::DECIMAL(4, 1)::VARCHAR AS height_cm,
    pick(n, 'looks', ['左眉有一道旧疤', '右手缺小指', '短发偏瘦', '体型偏胖，步态不稳', '前额有痣', '门牙缺失']) AS feature,
    ref('ZP', n, 12) AS photo_no, CASE WHEN minor THEN 'F' ELSE 'T' END AS fp, CASE WHEN unknown THEN 'T' ELSE 'F' END AS dna
FROM cases;

-- 一行记一次救助的入站和离站。
CREATE OR REPLACE TEMP VIEW adm_case AS
SELECT c.n AS cid, case_no, rcp_no, stn_id, in_time, cat,
    CASE cat WHEN 'WCN' THEN '未保' WHEN 'WZ' THEN '医疗' WHEN 'JS' THEN '医疗' ELSE pick(c.n, 'kind', ['食宿', '食宿', '返乡', '庇护']) END
        AS kind,
    CASE cat WHEN 'WZ' THEN '意识模糊，先送医' WHEN 'JS' THEN '言语紊乱，待专科检查' ELSE pick(c.n, 'exam', ['体温正常', '血压偏高', '轻度营养不良'])
        END AS health_chk,
    pick(c.n, 'goods', ['无', '背包一个', '手机一部、现金若干', '行李箱一个']) AS goods,
    stn_id || '-' || lpad(draw(c.n, 'bed', 120)::VARCHAR, 3, '0') AS bed,
    d8(days_after(came, CASE cat WHEN 'CN' THEN between(c.n, 'plan', 3, 10) ELSE between(c.n, 'plan', 5, 30) END)) AS plan_out,
    named(stn_id, 'clerk') AS in_by, CASE WHEN gone THEN ref('LZ', c.n, 10) END AS out_no,
    CASE WHEN gone THEN strftime(at_work(leaves, c.n, 'leaves'), '%Y-%m-%d %H:%M:%S') ELSE '' END AS out_time,
    CASE WHEN gone THEN way_out END AS out_way,
    CASE WHEN gone AND way_out IN ('02', '03') THEN origin WHEN gone AND way_out = '04' THEN stn_area END AS out_area,
    CASE WHEN gone AND way_out = '04' THEN CASE WHEN cat IN ('WZ', 'JS') THEN institution('医院', c.n).name ELSE institution('养老机构', c.n).name END END
        AS take_org,
    CASE WHEN gone AND way_out = '02' THEN h.head_name END AS take_name,
    CASE WHEN gone AND way_out = '02' THEN h.head_id_number END AS take_idno,
    CASE WHEN gone AND way_out = '02' THEN h.phone END AS take_tel,
    CASE WHEN gone AND way_out IN ('01', '03') AND chance(c.n, 'ticket', 0.7) THEN ref('CP', c.n, 12) END AS ticket,
    CASE WHEN gone THEN named(stn_id, 'chief') END AS out_by,
    saved(CASE WHEN gone THEN leaves ELSE came END, c.n, 'case') AS upd_time
FROM cases c JOIN households h ON h.h = c.h;

CREATE OR REPLACE TEMP VIEW svc_log AS
SELECT n * 10 + k AS svc_id, ref('FW', n * 10 + k, 12) AS svc_no, case_no,
    CASE WHEN k = 1 THEN '食宿' WHEN minor THEN pick(n, 'svc', ['教育矫治', '心理疏导', '文体活动'])
        ELSE pick(n, 'svc', ['衣物和卫生', '护理照料', '联系亲属', '法律帮助', '其他']) END AS svc_kind,
    at_work(days_after(came, k - 1), n, 'svc') AS svc_time,
    CASE svc_kind WHEN '其他' THEN '代为充值公交卡' WHEN '食宿' THEN '安排床位和三餐' END AS svc_note, named(stn_id + k, 'carer') AS svc_by,
    CASE svc_kind WHEN '食宿' THEN fen(yuan(n, 'meals', 30, 120)) WHEN '衣物和卫生' THEN fen(yuan(n, 'clothes', 20, 200)) ELSE 0 END
        AS cost_fen,
    '0' AS is_del, saved(days_after(came, k - 1), n * 10 + k, 'svc') AS upd_time
FROM cases, (SELECT unnest([1, 2]) AS k)
WHERE k = 1 OR chance(n, 'more', 0.7);

CREATE OR REPLACE TEMP VIEW med_case AS
SELECT n AS med_id, ref('YL', n, 10) AS med_no, case_no, institution('医院', n).name AS hospital,
    strftime(in_time + to_seconds(3600), '%Y/%-m/%-d %H:%M:%S') AS sent_at,
    CASE cat WHEN 'WZ' THEN '肺炎并低体温' WHEN 'JS' THEN '精神分裂症可能' ELSE pick(n, 'diagnosis', ['上呼吸道感染', '下肢软组织挫伤', '高血压']) END AS diag,
    CASE cat WHEN 'WZ' THEN 'W' WHEN 'JS' THEN 'J' ELSE pick(n, 'class', ['S', 'Y', 'Y', 'C']) END AS cls,
    CASE WHEN gone OR NOT chance(n, 'lies', 0.5) THEN at_work(days_after(came, 2), n, 'left') END AS left_at,
    CASE WHEN left_at IS NOT NULL THEN yuan(n, 'fee', 80, 9000)::VARCHAR END AS fee,
    CASE WHEN left_at IS NOT NULL THEN pick(n, 'payer', ['救助经费', '救助经费', '医保', '医疗救助', '应急基金']) END AS pay_by,
    CASE WHEN left_at IS NOT NULL THEN pick(n, 'outcome', ['治愈', '好转', '好转', '未愈', '转院']) END AS outcome,
    saved(days_after(came, 2), n, 'med') AS upd_time
FROM cases WHERE cat IN ('WZ', 'JS') OR chance(n, 'sick', 0.2);

CREATE OR REPLACE TEMP VIEW qry_reply AS
SELECT n * 10 + k AS qry_id, ref('CX', n * 10 + k, 12) AS qry_no, rcp_no,
    CASE WHEN k = 1 THEN pick(n, 'first', ['FACE', 'FACE', 'FP', 'HUJI']) ELSE pick(n, 'second', ['DNA', 'DNA', 'NET', 'VISIT'])
        END AS method,
    at_work(days_after(came, k), n, 'query') AS asked_at, replace(institution('街道办事处', n + k).name, '街道办事处', '派出所') AS answer_org,
    CASE WHEN k = 2 AND found THEN 'HIT' WHEN k = 2 AND chance(n, 'silent', 0.2) THEN NULL
        ELSE pick(n + k, 'verdict', ['MISS', 'MISS', 'MAYBE'])
        END AS verdict,
    CASE WHEN verdict = 'HIT' THEN name END AS hit_name, CASE WHEN verdict = 'HIT' THEN id_number END AS hit_idno,
    CASE WHEN verdict IS NOT NULL THEN t14(at_work(days_after(came, k + 2), n, 'reply')) END AS replied_at,
    saved(days_after(came, CASE WHEN verdict IS NULL THEN k ELSE k + 2 END), n * 10 + k, 'query') AS upd_time
FROM cases, (SELECT unnest([1, 2]) AS k)
WHERE unknown AND (k = 1 OR found OR chance(n, 'again', 0.6));

CREATE OR REPLACE TEMP VIEW web_notice AS
SELECT n AS notice_id, ref('XQ', n, 10) AS notice_no, rcp_no,
    strftime(at_work(days_after(came, 1), n, 'notice'), '%Y-%m-%d %H:%M:%S') AS published,
    pick(n, 'site', ['全国救助寻亲网', '全国救助寻亲网', '头条寻人']) AS site,
    pick(n, 'looks', ['左眉有一道旧疤', '右手缺小指', '短发偏瘦', '体型偏胖，步态不稳', '前额有痣', '门牙缺失']) AS looks,
    pick(n, 'clothes', ['深蓝色棉服', '灰色外套、黑色长裤', '校服样式上衣', '军绿色大衣', '']) AS clothing,
    pick(n, 'accent', ['河南口音', '四川口音', '东北口音', '听不出口音', '']) AS accent,
    in_time - to_seconds(between(n, 'seen', 3600, 30000)) AS found_time,
    pick(n, 'where', ['火车站广场', '地铁站口', '过街天桥下', '公园长椅']) AS found_addr, '010-0001' || lpad(stn_id::VARCHAR, 4, '0') AS hotline,
    CASE WHEN found THEN '1' WHEN chance(n, 'dropped', 0.15) THEN '2' ELSE '0' END AS status,
    CASE status WHEN '1' THEN at_work(days_after(came, 3), n, 'closed') WHEN '2' THEN at_work(days_after(came, 9), n, 'closed')
        END AS closed_at,
    saved(days_after(came, CASE status WHEN '0' THEN 1 WHEN '1' THEN 3 ELSE 9 END), n, 'notice') AS sync_time
FROM cases WHERE unknown AND (found OR chance(n, 'notice', 0.85));

CREATE OR REPLACE TEMP VIEW kin_claim AS
SELECT c.n AS claim_id, ref('RL', c.n, 10) AS claim_no, CASE WHEN found OR chance(c.n, 'notice', 0.85) THEN ref('XQ', c.n, 10)
        END AS notice_no,
    rcp_no, CASE WHEN found THEN h.head_name ELSE named(c.n, 'stranger') END AS kin_name,
    CASE WHEN found THEN h.head_id_number END AS kin_idno, CASE WHEN NOT found THEN pick(c.n, 'kin', ['哥哥', '姐姐', '儿子', '其他亲属'])
        ELSE list_extract([['夫', '妻'], ['父亲', '母亲'], ['父亲', '母亲'], ['儿子', '女儿'], ['儿子', '女儿']], c.slot)
            [CASE WHEN substr(h.head_id_number, 17, 1) IN ('1', '3', '5', '7', '9') THEN 1 ELSE 2 END] END AS kin_rel,
    CASE WHEN found THEN h.phone ELSE '1390002' || lpad(draw(c.n, 'kin', 10000)::VARCHAR, 4, '0') END AS kin_tel,
    CASE WHEN found THEN days_after(came, 3) END AS claim_date,
    CASE WHEN found THEN pick(c.n, 'proof', ['ZJ', 'DNA', 'GA', 'ZM', 'SP']) END AS check_way,
    CASE WHEN found THEN 'CG' ELSE pick(c.n, 'claim', ['DH', 'BF', 'BF', 'JJ']) END AS result,
    saved(days_after(came, CASE WHEN found THEN 3 ELSE 5 END), c.n, 'claim') AS upd_time
FROM cases c JOIN households h ON h.h = c.h WHERE unknown AND (found OR chance(c.n, 'claimed', 0.4));

CREATE OR REPLACE TEMP VIEW escort AS
SELECT n AS escort_id, ref('HS', n, 10) AS escort_no, case_no, at_work(leaves, n, 'leaves') AS depart_at,
    named(stn_id, 'escort') AS escort_by,
    pick(n, 'vehicle', ['火车', '火车', '汽车', '专车', '飞机']) AS vehicle, origin AS dest_area, '示例' || origin || '救助管理站' AS dest_org,
    CASE WHEN NOT chance(n, 'on the way', 0.06) THEN at_work(days_after(leaves, 1), n, 'handed') END AS handed_at,
    CASE WHEN handed_at IS NOT NULL THEN pick(n, 'handed', ['Y', 'Y', 'Y', 'Y', 'Y', 'Y', 'Y', 'Y', 'R', 'L']) END AS handed,
    yuan(n, 'cost', 60, 2600) AS cost, saved(days_after(leaves, 1), n, 'escort') AS upd_time
FROM cases WHERE gone AND way_out = '03';

CREATE OR REPLACE TEMP VIEW prov_case AS
SELECT n AS pc_id, ref('XT', n, 10) AS pc_no, rcp_no, origin AS out_area, stn_area AS in_area, stn_no AS ask_org,
    'JZ-' || origin AS take_org,
    dash(days_after(came, 1)) AS ask_date, pick(n, 'reply', ['同意', '同意', '同意', '不同意', '补材料', '未复']) AS reply,
    CASE WHEN reply <> '未复' THEN dash(days_after(came, between(n, 'replied', 2, 4))) END AS reply_date,
    saved(days_after(came, 4), n, 'prov') AS upd_time
FROM cases WHERE id_state <> 'N' AND substr(origin, 1, 2) <> '11' AND chance(n, 'province', 0.5);

CREATE OR REPLACE TEMP VIEW long_stay AS
SELECT n AS ls_id, ref('AZ', n, 10) AS ls_no, rcp_no, slash(came) AS since,
    CASE WHEN cat = 'JS' THEN 'JW' ELSE pick(n, 'mode', ['TK', 'TK', 'YL', 'TY', 'ZN']) END AS mode,
    CASE mode WHEN 'ZN' THEN '本站' WHEN 'JW' THEN institution('医院', n).name ELSE institution('养老机构', n).name END AS org,
    CASE WHEN chance(n, 'settled', 0.6) THEN slash(days_after(came, between(n, 'settled', 100, 200))) END AS settle_date,
    CASE WHEN settle_date IS NOT NULL THEN stn_area END AS settle_area,
    CASE WHEN settle_date IS NULL THEN '未纳入' ELSE pick(n, 'ensure', ['特困', '特困', '低保', '两补']) END AS ensure,
    CASE WHEN settle_date IS NOT NULL THEN '民救字〔' || year(came) || '〕' || n % 1000 || '号' END AS doc_no,
    saved(days_after(came, 201), n, 'long') AS upd_time
FROM cases WHERE long;

CREATE OR REPLACE TEMP VIEW minor_case AS
SELECT c.n AS mc_id, ref('WB', c.n, 10) AS mc_no, rcp_no,
    pick(c.n, 'finding', ['适当', '适当', '不当', '缺失', '侵害', '无法评估']) AS finding,
    CASE WHEN finding <> '缺失' THEN h.head_name END AS guard_name,
    CASE WHEN finding <> '缺失' THEN h.head_id_number END AS guard_idno, CASE WHEN finding <> '缺失' THEN h.phone END AS guard_tel,
    pick(c.n, 'taught', ['行为规范教育三次', '心理疏导后情绪稳定', '']) AS edu_note,
    CASE WHEN gone AND chance(c.n, 'visited', 0.6) THEN days_after(leaves, 3) END AS visit_date,
    CASE WHEN visit_date IS NOT NULL THEN pick(c.n, 'visit', ['安定', '安定', '有困难', '再流浪', '未联系上']) END AS visit_result,
    CASE WHEN visit_date IS NOT NULL THEN pick(c.n, 'school', ['1', '1', '0']) END AS schooling,
    saved(days_after(leaves, 3), c.n, 'minor') AS upd_time
FROM cases c JOIN households h ON h.h = c.h WHERE minor;

CREATE OR REPLACE TEMP VIEW patrol_log AS
SELECT h AS pat_id, ref('XC', h, 10) AS pat_no, s.id AS stn_id,
    day(h, 'patrol', c.today - 300, c.today - 2)::TIMESTAMP + to_seconds(between(h, 'patrol', 25200, 84000)) AS pat_time,
    s.name || pick(h, 'place', ['示例桥下', '示例广场', '示例地铁站', '示例公园']) AS place, named(h % 40, 'patrol') AS pat_by,
    between(h, 'seen', 0, 6) AS seen, between(h, 'advised', 0, between(h, 'seen', 0, 6)) AS advised,
    pick(h, 'goods', ['棉衣和食品', '饮用水和面包', '']) AS goods, between(h, 'sent', 0, least(between(h, 'seen', 0, 6), 2)) AS sent_in,
    CASE WHEN chance(h, 'memo', 0.2) THEN '本人不愿进站，已留联系卡' END AS memo
FROM households JOIN stations s ON s.code = households.division, clock c WHERE chance(h, 'patrolled', 0.12);
