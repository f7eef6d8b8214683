-- 残疾人两项补贴：谁领补贴的条件与发放系统的收款账户一致。

CREATE OR REPLACE TEMP VIEW disabled AS
SELECT p.*, today, disability_grade <> '4' AND (died IS NULL OR died > DATE '2024-06-30') AND chance(n, 'lbt', 0.7) AS subsidised,
    id_number || disability || disability_grade || CASE WHEN chance(n, 'cjz/bf', 0.06) THEN '01' ELSE '' END AS card,
    disability_grade IN ('1', '2') OR (disability_grade = '3' AND disability IN ('5', '6')) AS severe,
    day(n, 'bt/ks', DATE '2024-02-01', days_after(least(coalesce(died, today), days_after(today, -60)), -40)) AS since,
    CASE WHEN died IS NOT NULL THEN died WHEN chance(n, 'bt/tf', 0.06) THEN day(n, 'bt/tfr', days_after(since, 31),
        today) END AS until
FROM people p, clock WHERE disability IS NOT NULL;

CREATE OR REPLACE TEMP VIEW cjr_jbxx AS
SELECT n AS rybh, name AS xm, lower(id_number) AS sfzh, lower(card) AS cjzh,
    list_extract(['视力', '听力', '言语', '肢体', '智力', '精神', '多重'], CAST(disability AS INTEGER)) AS cjlb,
    list_extract(['一级', '二级', '三级', '四级'], CAST(disability_grade AS INTEGER)) AS cjdj, division || '000000' AS hjqh,
        phone AS lxdh,
    saved(DATE '2024-01-15', n, 'cjr/gx') AS xgsj
FROM disabled;

-- 重度残疾人领护理补贴，其中一部分同时领生活补贴；其余的只领生活补贴。
CREATE OR REPLACE TEMP VIEW bt_dx AS
SELECT n * 10 + k AS dxid, ref('BT', dxid, 11) AS btbh, n AS rybh, CASE k WHEN 1 THEN 'HL' ELSE 'SH' END AS btlx,
    CASE k WHEN 1 THEN CASE disability_grade WHEN '1' THEN 'Ⅰ' WHEN '2' THEN 'Ⅱ' ELSE 'Ⅲ' END
        ELSE pick(n, 'bt/dc', ['Ⅰ', 'Ⅱ']) END AS dc,
    CASE k WHEN 1 THEN CASE disability_grade WHEN '1' THEN 400 WHEN '2' THEN 300 ELSE 200 END ELSE CASE dc WHEN 'Ⅰ' THEN 450
        ELSE 400 END END AS je,
    month6(since) AS ksny, coalesce(month6(until), '') AS jsny, CASE WHEN chance(n, 'bt/zh', 0.9)
        THEN ref('ZH', n, 10) END AS zhbh,
    CASE WHEN until IS NOT NULL THEN 3 WHEN chance(n, 'bt/zt', 0.04) THEN 2 ELSE 1 END AS zt,
    CASE WHEN chance(dxid, 'bt/sc', 0.01) THEN 'Y' ELSE 'N' END AS sc, saved(coalesce(until, since), dxid, 'bt/gx') AS xgsj
FROM disabled, range(1, 3) t(k) WHERE subsidised AND CASE k WHEN 1 THEN severe ELSE NOT severe OR chance(n, 'bt/lx', 0.3) END;

-- 领补贴的都申请过；没有领的，有的未获批准，有的户籍在外省、在这里申请后推送回去审定。
CREATE OR REPLACE TEMP VIEW bt_sq AS
SELECT n AS sqid, ref('BTSQ', n, 10) AS sqbh, name AS xm, id_number AS sfzh, card AS cjzh,
    CASE WHEN severe THEN 'HL' ELSE 'SH' END AS btlx,
    CASE WHEN away THEN '是' ELSE '否' END AS ks, division || '000000' AS slqh,
        CASE WHEN away THEN left(id_number, 6) ELSE division END || '000000' AS hjqh,
    slash(on_day) AS slrq, CASE WHEN away THEN slash(days_after(on_day, 1)) ELSE '无' END AS tsrq, result AS sdjg,
    CASE WHEN result IS NULL THEN '无' ELSE slash(least(days_after(on_day, "between"(n, 'btsq/ts', 5, 25)), today)) END AS fkrq,
    saved(CASE WHEN result IS NULL THEN on_day ELSE least(days_after(on_day, 25), today) END, n, 'btsq/gx') AS xgsj
FROM (
    SELECT *, NOT subsidised AND left(id_number, 2) <> '11' AND chance(n, 'btsq/ks', 0.6) AS away,
        CASE WHEN subsidised THEN days_after(since, -30) ELSE day(n, 'btsq/rq', days_after(today, -300),
            days_after(today, -2)) END AS on_day,
        CASE WHEN subsidised THEN 'TY' ELSE pick(n, 'btsq/jg', ['TY', 'BTY', 'BTY', 'TH', NULL]) END AS result
    FROM disabled WHERE subsidised OR (died IS NULL AND chance(n, 'btsq', 0.8))
);
