-- 低收入人口动态监测平台：已确认的救助家庭的成员来自社会救助信息系统，条件和编号与那里的故事一致；另有未在保的人。

CREATE OR REPLACE TEMP VIEW families AS
SELECT h, pick(h, 'jz/yw', ['01', '01', '01', '01', '02', '03', '03', '04', '05', '05']) AS business,
    day(h, 'jz/sq', DATE '2024-01-02', days_after(today, -60)) AS applied, days_after(applied, 25) AS confirmed,
    CASE WHEN business = '01' AND chance(h, 'jz/tc', 0.3) THEN day(h, 'jz/tcr', days_after(applied, 58), today) END AS ended,
    chance(h, 'jz/qr', 0.8) AND business <> '05' AS assisted
FROM households, clock WHERE size > 0 AND chance(h, 'jz', 0.12);

CREATE OR REPLACE TEMP VIEW watched AS
SELECT p.*, f.business, today, coalesce(assisted, FALSE) AS known,
    CASE WHEN known THEN days_after(confirmed, "between"(n, 'jc/ts', 1, 20))
        ELSE day(n, 'jc/nr', DATE '2025-01-01', days_after(today, -40)) END AS since,
    least(p.died, CASE WHEN known THEN f.ended END, CASE WHEN chance(n, 'jc/tc', 0.08)
        THEN day(n, 'jc/tcr', days_after(since, 10), today) END) AS until
FROM people p LEFT JOIN families f USING (h), clock
WHERE (coalesce(assisted, FALSE) OR chance(n, 'jc/qt', 0.02)) AND (p.died IS NULL OR p.died > since);

CREATE OR REPLACE TEMP VIEW t_monitor_object AS
SELECT n AS id, ref('JC', n, 10) AS object_code, n AS person_id, CASE WHEN known THEN ref('CY', n, 10) END AS member_code,
    CASE WHEN NOT known THEN pick(n, 'jc/lb', ['防返贫监测对象', '其他困难人员', '其他困难人员'])
        ELSE list_extract(['低保对象', '特困人员', '低保边缘家庭成员', '刚性支出困难家庭成员'], CAST(business AS INTEGER)) END AS category,
    at_work(since, n, 'jc/nrsj') AS in_date, at_work(until, n, 'jc/tcsj') AS out_date,
        pick(n, 'jc/fx', [3, 2, 2, 1, 1, 1]) AS risk,
    strftime(coalesce(until, today), '%Y-%m') AS stat_month,
    CASE WHEN known THEN 'SYS' ELSE pick(n, 'jc/ly', ['APPLY', 'PUSH', 'PUSH', 'VISIT', 'HOTLINE']) END AS channel,
    CASE WHEN chance(n, 'jc/sc', 0.01) THEN '1' ELSE '0' END AS is_deleted,
        saved(coalesce(until, since), n, 'jc/gx') AS update_time
FROM watched;

CREATE OR REPLACE TEMP VIEW t_monitor_person AS
SELECT n AS person_id, name AS person_name, lower(id_number) AS card_no, phone AS mobile,
    saved(since, n, 'jcry/gx') AS update_time FROM watched;

CREATE OR REPLACE TEMP VIEW t_warning AS
SELECT n AS id, ref('YJ', n, 10) AS warn_code, n AS object_id, warn_type,
    pick(n, 'yj/dj', ['RED', 'ORANGE', 'YELLOW', 'YELLOW']) AS warn_level,
    CASE warn_type WHEN 'MED_COST' THEN '医保' WHEN 'NEW_DISABLED' THEN '残联' WHEN 'JOBLESS' THEN '人社' WHEN 'EDU_COST' THEN '教育'
        WHEN 'INCOME_DROP' THEN '税务' ELSE '其他' END AS from_dept,
    strftime(at_work(on_day, n, 'yj/sj'), '%Y-%m-%d %H:%M:%S') AS warn_time,
    pick(n, 'yj/nr', ['近三个月自付费用较高', '与上月比对出现异常', '网格员上报生活困难']) AS content, division || '00' || (1 + h % 3) || '000' AS assign_org,
    check_result, CASE WHEN check_result IS NOT NULL THEN at_work(checked, n, 'yj/hs') + INTERVAL 8 HOUR END AS check_time,
    CASE check_result WHEN '属实已救助' THEN '给予临时救助' WHEN '属实已转介' THEN '转介相关部门' END AS measure,
    saved(CASE WHEN check_result IS NULL THEN on_day ELSE checked END, n, 'yj/gx') AS update_time
FROM (
    SELECT *, pick(n, 'yj/lx', ['MED_COST', 'MED_COST', 'NEW_DISABLED', 'JOBLESS', 'EDU_COST', 'ACCIDENT', 'INCOME_DROP']) AS
        warn_type,
        day(n, 'yj/rq', since, least(coalesce(until, today), days_after(today, -12))) AS on_day,
            days_after(on_day, "between"(n, 'yj/ts', 1, 10)) AS checked,
        pick(n, 'yj/jg', ['属实已救助', '属实已在保', '属实已转介', '不属实', '不属实', '不符合条件', NULL]) AS check_result
    FROM watched WHERE chance(n, 'yj', 0.4)
);
