-- 婚姻登记系统：机关、登记员、空白证书、当事人、结婚离婚及其证照档案、补领、撤销、更正、预约、补录。
-- 每一对夫妻在系统里只有一段经历：已登记（其后或离婚、或撤销）、早年登记补录、预约未办、不予登记。

CREATE OR REPLACE TEMP VIEW couples AS
SELECT m.h, m.h + 1 AS pair, m.h * 10 + 10 AS k, m.recent, NOT w.foreigner AS ordinary, c.today, m.birth AS m_birth, w.birth AS w_birth,
    m.number AS m_pid, w.number AS w_pid, m.id_number AS m_number, m.surname || m.given AS m_called, m.division AS home, w.phone,
    written(m.surname, m.given, m.number, 'hy written') AS m_name, typed(m.id_number, m.number, 'hy typed') AS m_id,
    written(w.surname, w.given, w.number, 'hy written') AS w_name, typed(w.id_number, w.number, 'hy typed') AS w_id,
    o.number AS office, o.local, o.code, o.division, o.district, o.name AS office_name, o.credit, o.jhz, o.lhz,
    named(o.number * 10 + draw(m.h, 'hy registrar', 3), 'hy registrar') AS registrar,
    -- 男二十二、女二十周岁（《民法典》第一千零四十七条）；二月二十九日出生的到三月一日。
    CAST(greatest(m.birth + 1 + INTERVAL 22 YEAR, w.birth + 1 + INTERVAL 20 YEAR) AS DATE) AS of_age,
    CASE WHEN w.foreigner THEN 'registered'
        WHEN m.birth < c.today - INTERVAL 60 YEAR AND chance(m.h, 'hy paper age', 0.7) THEN 'backfill'
        ELSE list_extract(['appointment', 'refused', 'registered'],
            CASE WHEN draw(m.h, 'hy course', 100) < 4 THEN 1 WHEN draw(m.h, 'hy course', 100) < 7 THEN 2 ELSE 3 END) END AS course
FROM spouses m JOIN spouses w ON w.h = m.h AND w.sex = '2'
    JOIN offices o ON o.division = CASE WHEN w.foreigner THEN '110000' ELSE m.division END AND NOT o.branch, clock c
WHERE m.sex = '1';

-- 离婚：申请后冷静三十日，再有三十日申领（第一千零七十七条）。暂存（X）的不报送，作删除（D）的是误录。
CREATE OR REPLACE TEMP VIEW visits AS
SELECT *, d8(wed) AS wed8, coalesce(state = 'BJ', FALSE) AS divorced,
    CASE WHEN state = 'BJ' THEN day(h, 'hy done', cooled + 1, least(cooled + 30, today)) END AS done,
    'J' || code || year(wed) || ref('', pair, 8) AS j_no, 'J' || division || '-' || year(wed) || '-' || printf('%06d', pair) AS j_paper,
    CASE fate WHEN 'annulled' THEN '3' WHEN 'divorce' THEN '1' WHEN 'foreign' THEN '1'
        ELSE list_extract(['X', 'D', '1'], least(draw(h, 'hy state', 100) + 1, 3)) END AS zt
FROM (
    SELECT *, asked + 30 AS cooled, CASE WHEN asked IS NULL THEN NULL WHEN outcome < 15 THEN 'CH'
        WHEN asked + 30 >= today THEN pick(h, 'hy cooling', ['SL', 'LJ']) WHEN outcome >= 25 THEN 'BJ'
        WHEN asked + 60 < today THEN 'GQ' ELSE 'SQ' END AS state
    FROM (
        SELECT *, draw(h, 'hy outcome', 100) AS outcome, CASE WHEN fate = 'divorce' AND wed < today - 200 THEN
            day(h, 'hy asked', wed + 120, today - 1) END AS asked
        FROM (
            SELECT *, day(h, 'hy wed', greatest(of_age, today - 1800), today - 3) AS wed,
                CASE WHEN course <> 'registered' THEN course WHEN NOT ordinary THEN 'foreign'
                    WHEN draw(h, 'hy fate', 1000) < 140 THEN 'divorce' WHEN draw(h, 'hy fate', 1000) < 148 THEN 'annulled'
                    ELSE 'together' END AS fate
            FROM couples
        )
    )
);

CREATE OR REPLACE TEMP VIEW hy_jg AS
SELECT number AS jg_id, local AS jgdm, name AS jgmc, credit AS tyshxydm, division AS xzqh,
    pick(number, 'hy grade', ['A3', 'A4', 'A4', 'A5', 'PT']) AS jgdj,
    CASE WHEN number = 17 THEN 'Q' ELSE pick(number, 'hy foreign', ['N', 'N', 'N', 'W', 'G']) END AS swqx,
    district || '示例路' || number || '号' AS dz, '010-0000' || lpad(CAST(number AS VARCHAR), 4, '0') AS lxdh, 3 AS djyrs,
    d8(day(number, 'hy opened', DATE '1994-02-01', DATE '2013-04-01')) AS slrq, state AS zt,
    saved(day(number, 'hy opened', DATE '1994-02-01', DATE '2013-04-01'), number, 'hy jg') AS gxsj
FROM once, offices;

-- 每个机关三名在岗的登记员，三名已离开的；他们不在人口中，顺序码 980 至 991。
CREATE OR REPLACE TEMP VIEW hy_djy AS
SELECT x AS djy_id, local || '-' || lpad(CAST(place + 1 AS VARCHAR), 3, '0') AS gh, named(x, 'hy registrar') AS xm,
    citizen(CAST((CASE number WHEN 17 THEN '110101' ELSE division END) || d8(born) || serial AS BIGINT)) AS sfzh, local AS jgdm,
    'HYDJ' || year(issued) || ref('', x, 6) AS zgzh, d8(issued) AS fzrq, d8(issued + 3650) AS yxqz,
    CASE WHEN place < 3 THEN 'ZG' ELSE pick(x, 'hy left', ['ZT', 'LG', 'TX']) END AS gwzt, 'N' AS sc_bz,
    saved(issued, x, 'hy djy') AS gxsj
FROM (
    SELECT *, number * 10 + place AS x, 981 - number // 17 + 2 * place AS serial,
        day(number * 10 + place, 'hy born', DATE '1966-01-01', DATE '1998-12-31') AS born,
        day(number * 10 + place, 'hy issued', DATE '2015-01-01', DATE '2023-03-19') AS issued
    FROM once, offices, (SELECT unnest([0, 1, 2, 3, 4, 5]) AS place) WHERE NOT branch
);

CREATE OR REPLACE TEMP VIEW hy_dsr AS
SELECT s.number AS pid, CASE WHEN s.surname = '' THEN NULL
        WHEN length(s.surname) = 1 AND length(s.given) = 1 AND chance(s.number, 'hy apart', 0.3) THEN s.surname || '　'
            ELSE s.surname END AS xing,
    s.given AS ming, CASE s.sex WHEN '1' THEN 'M' ELSE 'F' END AS xb, CASE WHEN s.foreigner THEN '02' ELSE '01' END AS zjlx,
    typed(s.id_number, s.number, 'hy dsr typed') AS zjhm, d8(s.birth) AS csrq,
    CASE s.nation WHEN '01' THEN 'HA' WHEN '02' THEN 'MG' WHEN '03' THEN 'HU' WHEN '04' THEN 'ZA' WHEN '05' THEN 'UG' WHEN '06' THEN 'MH'
        WHEN '07' THEN 'YI' WHEN '08' THEN 'ZH' WHEN '10' THEN 'CS' WHEN '11' THEN 'MA' WHEN '12' THEN 'DO' WHEN '15' THEN 'TJ'
        WHEN '17' THEN 'KZ' WHEN '22' THEN 'SH' WHEN '38' THEN 'XB' WHEN '44' THEN 'RS' END AS mz, s.country AS gj,
    CASE s.education WHEN '11' THEN 'BS' WHEN '14' THEN 'SS' WHEN '21' THEN 'BK' WHEN '31' THEN 'ZK' WHEN '41' THEN 'ZZ' WHEN '61' THEN 'GZ'
        WHEN '71' THEN 'CZ' ELSE 'XX' END AS xl,
    CASE s.occupation WHEN '100' THEN 'GW' WHEN '200' THEN 'JS' WHEN '300' THEN 'BS' WHEN '400' THEN 'FW' WHEN '500' THEN 'NL'
        WHEN '600' THEN 'SC' WHEN '700' THEN 'JR' ELSE 'QT' END AS zy,
    -- 未办成、暂存和误录的，仍是未婚：没有有效的登记与他们相连。
    CASE v.course WHEN 'registered' THEN CASE WHEN divorced THEN 'L' WHEN zt IN ('X', 'D') THEN 'W' ELSE 'Y' END
        WHEN 'backfill' THEN 'Y' ELSE 'W' END AS hyzk,
    s.division AS hjqh, CASE WHEN NOT s.foreigner THEN s.address END AS hjdz, s.phone AS lxdh,
    kept(s.recent, v.wed, s.number, 'hy dsr') AS gxsj
FROM spouses s JOIN visits v ON v.h = s.h;

CREATE OR REPLACE TEMP VIEW hy_jhdj AS
SELECT k AS djid, j_no AS djbh, m_pid AS nf_pid, w_pid AS nvf_pid, local AS jgdm, wed8 AS djrq, j_paper AS jhzh,
    '110' || ref('', pair, 9) AS yzh,
    nf_hyzk, nvf_hyzk, CASE WHEN ordinary THEN 'N' ELSE 'Y' END AS sw,
    CASE WHEN nf_hyzk = 'L' AND nvf_hyzk = 'L' AND chance(h, 'hy again', 0.3) THEN 'Y' ELSE 'N' END AS fh, registrar AS djy, zt,
    CAST(NULL AS VARCHAR) AS bz, '10.0.' || office || '.' || between(h, 'hy terminal', 2, 249) AS czip,
    kept(recent, wed, h, 'hy jhdj') AS gxsj
FROM (
    SELECT *, pick(h, 'hy his', ['W', 'W', 'W', 'W', 'L', 'S']) AS nf_hyzk, pick(h, 'hy hers', ['W', 'W', 'W', 'W', 'L', 'S']) AS nvf_hyzk
    FROM visits WHERE course = 'registered'
);

CREATE OR REPLACE TEMP VIEW hy_lhsq AS
SELECT k AS sqid, ref('LHSQ', k, 12) AS sqbh, m_name AS nf_xm, m_id AS nf_sfzh, w_name AS nvf_xm, w_id AS nvf_sfzh, local AS jgdm,
    asked AS sqrq,
    '离申字〔' || year(asked) || '〕' || pair || '号' AS hzh, cooled AS ljq_z, cooled + 30 AS slq_z, withdrawn AS chrq,
    CASE WHEN withdrawn IS NOT NULL THEN pick(h, 'hy who', ['M', 'F', 'B']) END AS chf, state AS zt,
    kept(recent, coalesce(withdrawn, asked), h, 'hy lhsq') AS gxsj
FROM (
    SELECT *, CASE WHEN state = 'CH' THEN day(h, 'hy withdrawn', asked, least(cooled, today)) END AS withdrawn
    FROM visits WHERE asked IS NOT NULL
);

CREATE OR REPLACE TEMP VIEW divorces AS
SELECT *, 'L' || code || year(done) || ref('', pair, 8) AS l_no FROM visits WHERE divorced;

CREATE OR REPLACE TEMP VIEW hy_lhdj AS
SELECT k AS lhid, k AS sqid, l_no AS djbh, 'L' || division || '-' || year(done) || '-' || printf('%06d', pair) AS lhzh,
    '210' || ref('', m_pid, 9) AS nf_yzh, '210' || ref('', w_pid, 9) AS nvf_yzh, local AS jgdm, done AS djrq, m_name AS nf_xm,
    m_id AS nf_sfzh,
    m_birth AS nf_csrq, home AS nf_hjqh, w_name AS nvf_xm, w_id AS nvf_sfzh, w_birth AS nvf_csrq, home AS nvf_hjqh, wed AS yjhrq,
    j_paper AS yjhzh,
    pick(h, 'hy children', ['无子女', '子女由女方抚养，男方按月给付抚养费', '子女由男方抚养，女方按月给付抚养费']) AS znfy,
    pick(h, 'hy goods', ['无共同财产和债务', '各自名下财产归各自所有，无共同债务']) AS cczw, registrar AS djy, '1' AS zt,
    kept(recent, done, h, 'hy lhdj') AS gxsj
FROM divorces;

CREATE OR REPLACE TEMP VIEW hy_blz AS
SELECT k AS blid, ref('BL', k, 12) AS blbh, 'J' AS zl, j_no AS ydjbh, j_paper AS yzh,
    'BJ' || division || '-' || year(again) || '-' || printf('%06d', pair) AS xzh, CASE WHEN his THEN m_name ELSE w_name END AS xm,
    CASE WHEN his THEN m_id ELSE w_id END AS sfzh, pick(h, 'hy lost', ['YS', 'YS', 'SH', 'QT']) AS yy,
    CASE WHEN sent THEN 'Y' ELSE 'N' END AS wt,
    CASE WHEN sent THEN CASE WHEN his THEN w_name ELSE m_name END END AS str,
    CASE WHEN sent THEN CASE WHEN his THEN w_id ELSE m_id END END AS str_sfzh,
    local AS jgdm, d8(again) AS blrq, registrar AS djy, 'N' AS sc_bz, kept(recent, again, h, 'hy blz') AS gxsj
FROM (
    SELECT *, chance(h, 'hy asks', 0.5) AS his, chance(h, 'hy sent', 0.1) AS sent, day(h, 'hy reissued', wed, today) AS again
    FROM visits WHERE course = 'registered' AND ordinary AND chance(h, 'hy reissue', 0.1)
);

CREATE OR REPLACE TEMP VIEW hy_cx AS
SELECT k AS cxid, ref('CX', k, 12) AS cxbh, j_no AS ydjbh, m_id AS nf_sfzh, w_id AS nvf_sfzh,
    CASE WHEN forced >= DATE '2021-11-18' THEN pick(h, 'hy why', ['XP', 'YM', 'MD']) ELSE pick(h, 'hy why', ['XP', 'YM']) END AS yy,
    '（' || year(forced) || '）京示例民初' || pair || '号' AS wsh, district || '示例人民法院' AS zcjg, forced AS sxrq, local AS jgdm, noted AS blrq,
    kept(recent, noted, h, 'hy cx') AS gxsj
FROM (
    SELECT *, day(h, 'hy noted', forced, today) AS noted
    FROM (SELECT *, day(h, 'hy forced', wed, today - 1) AS forced FROM visits WHERE fate = 'annulled')
);

-- 不予办理的，同一行里另有告知的内容。
CREATE OR REPLACE TEMP VIEW hy_sc AS
SELECT k AS scid, ref('SC', k, 12) AS scbh, number AS ywbh, business AS ywlx, on_day AS sqrq,
    CASE business WHEN 'J' THEN '户口簿；居民身份证；申请声明书；近期合影照片' ELSE '结婚证；离婚协议书；居民身份证' END AS tjcl,
    CASE WHEN refused THEN '不符合规定' ELSE '材料齐全，符合规定' END AS scyj, CASE WHEN refused THEN 'B' ELSE 'T' END AS jg,
    CASE WHEN refused THEN pick(h, 'hy reason', ['未到法定结婚年龄', '有配偶', '材料不齐且未在期限内补正', '未双方共同到场']) END AS byly,
    CASE WHEN refused THEN m_name END AS sqr, CASE WHEN refused THEN m_id END AS sqr_sfzh,
    CASE WHEN refused THEN ref('GZ', k, 12) END AS gzbh,
    CASE WHEN refused THEN '婚告字〔' || year(on_day) || '〕' || pair || '号' END AS gzdh, CASE WHEN refused THEN on_day END AS gzrq,
    local AS jgdm, registrar AS djy, on_day AS scrq, kept(recent, on_day, k, 'hy sc') AS gxsj
FROM (
    SELECT h, pair, k, recent, CASE course WHEN 'refused' THEN 'S' || substr(j_no, 2) ELSE j_no END AS number, 'J' AS business,
        wed AS on_day,
        course = 'refused' AS refused, m_name, m_id, local, registrar
    FROM visits WHERE course IN ('registered', 'refused')
    UNION ALL
    SELECT h, pair, k + 1, recent, l_no, 'L', done, FALSE, m_name, m_id, local, registrar FROM divorces
);

CREATE OR REPLACE TEMP VIEW hy_yy AS
SELECT k AS yyid, ref('YY', k, 12) AS yyh, 'J' AS ywlx, m_name AS nf_xm, m_id AS nf_sfzh, w_name AS nvf_xm, w_id AS nvf_sfzh, local AS jgdm,
    CAST(on_day AS TIMESTAMP) + to_hours(o_clock) AS yysj, printf('%02d:00-%02d:00', o_clock, o_clock + 1) AS sd,
    pick(h, 'hy way', ['WZ', 'APP', 'WX', 'WX', 'DH', 'CK']) AS qd, phone AS sjh, zt, kept(recent, least(on_day, today), h, 'hy yy') AS gxsj
FROM (
    SELECT * EXCLUDE (zt), between(h, 'hy hour', 9, 15) AS o_clock,
        CASE course WHEN 'registered' THEN wed ELSE today + CAST(between(h, 'hy ahead', 2, 29) AS INTEGER) END AS on_day,
        CASE WHEN course <> 'registered' THEN '0' WHEN chance(h, 'hy came', 0.9) THEN '1' ELSE pick(h, 'hy missed', ['2', '3']) END AS zt
    FROM visits WHERE course = 'appointment' OR course = 'registered' AND ordinary AND chance(h, 'hy booked', 0.5)
);

-- 纸质年代的登记：日期有五种写法，有的号码是全角，早年导入的没有更新时间。
CREATE OR REPLACE TEMP VIEW da_bl AS
SELECT k AS blid, ref('LS', k, 12) AS blbh, 'J' AS lb, '京' || left(local, 2) || '结字第' || pair || '号' AS zh,
    CASE draw(h, 'hy spelling', 10) WHEN 0 THEN strftime(married, '%Y-%m-%d') WHEN 1 THEN strftime(married, '%Y.%m.%d')
        WHEN 2 THEN strftime(married, '%Y年%-m月%-d日') WHEN 3 THEN strftime(married, '%Y/%-m/%-d') ELSE d8(married) END AS djrq,
    district || '示例街道办事处' AS djjg, m_name AS nf_xm,
    CASE WHEN chance(h, 'hy wide', 0.05) THEN translate(m_number, '0123456789X', '０１２３４５６７８９Ｘ') ELSE m_id END AS nf_sfzh,
    d8(m_birth) AS nf_csrq,
    w_name AS nvf_xm, w_id AS nvf_sfzh, d8(w_birth) AS nvf_csrq, ref('DA', k + 2, 12) AS dah, registrar AS blr, d8(entered) AS blrq,
    'IMG/' || year(entered) || '/' || ref('', k, 10) || '.tif' AS tx,
    CASE WHEN year(entered) > 2019 OR recent THEN t14(kept(recent, entered, h, 'hy bl')) END AS gxsj
FROM (
    SELECT *, day(h, 'hy married', of_age, of_age + 2499) AS married, day(h, 'hy entered', DATE '2019-01-01', today) AS entered
    FROM visits WHERE course = 'backfill'
);

CREATE OR REPLACE TEMP VIEW da_aj AS
SELECT k AS daid, ref('DA', k, 12) AS dah, number AS ywbh, local || '-' || year(on_day) || '-' || ref('', h % 400 + 1, 4) AS ajh,
    CASE WHEN number IS NULL THEN pick(k, 'hy term', ['Y', 'C', 'D']) ELSE pick(k, 'hy term', ['Y', 'Y', 'B']) END AS bgqx,
    CAST(year(filed) AS VARCHAR) AS nd, CAST(between(k, 'hy pages', 6, 39) AS VARCHAR) AS ys, d8(filed) AS gdrq,
    CASE WHEN filed + 400 < today THEN d8(filed + 400) END AS yjrq, CASE WHEN filed + 400 < today THEN district || '档案馆' END AS jsg,
    kept(recent, CASE WHEN filed + 400 < today THEN filed + 400 ELSE filed END, k, 'hy aj') AS gxsj
FROM (
    SELECT *, on_day + CAST(between(k, 'hy filed', 5, 29) AS INTEGER) AS filed
    FROM (
        SELECT h, k, recent, j_no AS number, wed AS on_day, local, district, today
        FROM visits WHERE course = 'registered' AND wed < today - 40
        UNION ALL
        SELECT h, k + 1, recent, l_no, done, local, district, today FROM divorces WHERE done < today - 40
        UNION ALL
        SELECT h, k + 2, recent, NULL, day(h, 'hy entered', DATE '2019-01-01', today), local, district, today
        FROM visits WHERE course = 'backfill'
    )
);

-- 双方各一本；离婚、撤销的结婚证注销。
CREATE OR REPLACE TEMP VIEW dz_zz AS
SELECT k AS zzid, ref(lx, k, 12) AS zzbh, lx,
    '1.2.156.3005.2.' || kind || '.' || credit || '.' || ref('', k, 12) || '.001.' || certificate_sign(state, k) AS bs, number AS ywbh,
    name AS czr, id AS czr_sfzh, office_name AS bfjg, credit AS bfjg_dm, on_day AS bfrq, CAST(NULL AS DATE) AS yxqz,
    CASE WHEN reason IS NULL THEN '1' ELSE '0' END AS zt, ended AS ztrq, reason AS zxyy,
    kept(recent, coalesce(ended, on_day), k, 'hy zz') AS gxsj
FROM (
    SELECT *, CASE WHEN reason IS NOT NULL THEN day(k, 'hy ended', on_day, today) END AS ended
    FROM (
        SELECT k + p AS k, recent, 'JHZ' AS lx, '11100000MB9999999M901' AS kind, jhz AS state, j_no AS number, wed AS on_day,
            CASE p WHEN 0 THEN m_name ELSE w_name END AS name, CASE p WHEN 0 THEN m_number ELSE upper(w_id) END AS id, credit,
            office_name, today,
            CASE WHEN divorced THEN 'LH' WHEN fate = 'annulled' THEN 'CX' END AS reason
        FROM visits, (SELECT unnest([0, 1]) AS p) WHERE course = 'registered' AND ordinary
        UNION ALL
        SELECT k + 2 + p, recent, 'LHZ', '11100000MB9999999M902', lhz, l_no, done, CASE p WHEN 0 THEN m_name ELSE w_name END,
            CASE p WHEN 0 THEN m_number ELSE upper(w_id) END, credit, office_name, today, NULL
        FROM divorces, (SELECT unnest([0, 1]) AS p)
    )
);

CREATE OR REPLACE TEMP VIEW hy_xxgz AS
SELECT k AS gzid, ref('XG', k, 12) AS gzbh, j_no AS ydjbh, '男方姓名' AS zd, m_called || '（误）' AS q, m_called AS h, '姓名录入有误' AS yy,
    '居民身份证；户口簿' AS cl, registrar AS spr, d8(mended) AS gzrq, local AS jgdm, kept(recent, mended, pair, 'hy xxgz') AS gxsj
FROM (
    SELECT *, day(h, 'hy mended', wed, today) AS mended
    FROM visits WHERE course = 'registered' AND ordinary AND chance(h, 'hy mend', 0.05)
);

-- 空白证书没有更新时间；全局一百本，另随人口增加。
CREATE OR REPLACE TEMP VIEW hy_zsly AS
SELECT x * 10 AS lyid, 'LY' || local || ref('', x, 8) AS lybh, pick(x, 'hy book', ['J', 'J', 'L']) AS lx, ref('', x * 1000, 12) AS qsh,
    ref('', x * 1000 + size - 1, 12) AS zzh, size AS sl, local AS jgdm, d8(today - CAST(draw(x, 'hy taken', 700) AS INTEGER)) AS lyrq,
    spoilt AS zf,
    size - spoilt - draw(x, 'hy used', size - spoilt) AS jc
FROM (
    SELECT x, o.local, c.today, pick(x, 'hy size', [50, 100, 200]) AS size, draw(x, 'hy spoilt', 4) AS spoilt
    FROM (
        SELECT x, x % 17 + 1 AS holder FROM (SELECT unnest(range(1, 101)) AS x FROM once)
        UNION ALL
        SELECT h + 1000, h // 17 % 17 + 1 FROM households WHERE h % 17 = 0
    ) b JOIN offices o ON o.number = b.holder, clock c
);
