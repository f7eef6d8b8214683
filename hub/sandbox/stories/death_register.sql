-- 死亡信息库: gathers what hospitals, police and funeral homes report of the same deaths. Cremations follow the draws of funeral.sql.

CREATE OR REPLACE TEMP VIEW reported AS
SELECT n * 10 AS d, *, pick(n, '来源', ['WJ', 'WJ', 'WJ', 'WJ', 'GA', 'MZ', 'MZ', 'CJ']) AS first_told,
    between(n, '来源数', 1, 3) AS told_by,
    chance(n, '矛盾', 0.06) AS at_odds,
    CASE WHEN nation NOT IN ('03', '05') AND NOT chance(n, '运回原籍', 0.16)
        THEN days_after(died, between(n, '停灵', 1, 4)) END AS fire_day,
    days_after(died, between(n, '销户', 7, 90)) AS struck_on
FROM people, clock WHERE died IS NOT NULL;

CREATE OR REPLACE TEMP VIEW sw_ry AS
SELECT d AS ryid, name AS xm, CASE sex WHEN '1' THEN '男' ELSE '女' END AS xb, '01' AS zjlx, id_number AS zjhm, dash(birth) AS csrq,
    saved(days_after(died, 1), n, '人员') AS cjsj
FROM reported;

CREATE OR REPLACE TEMP VIEW sw_jl AS
SELECT d AS jlid, ref('SW', d, 12) AS jlbh, d AS ryid, d8(died) AS swrq,
    CASE pick(n, '死因', ['ZR', 'ZR', 'BG', 'BG', 'BG', 'BG', 'BG', 'BG', 'SG', 'CH', 'NS']) WHEN 'ZR' THEN 'A' WHEN 'BG' THEN 'B'
        WHEN 'SG' THEN 'C'
        WHEN 'CH' THEN 'D' ELSE 'G' END AS swyy,
    first_told AS sbly, ref(first_told, d, 12) AS lybh, CASE WHEN first_told <> 'CJ' THEN ref('SWZM', d, 12) ELSE '' END AS swzm,
    dash(fire_day) AS hhrq, CASE WHEN struck_on <= today THEN slash(struck_on) ELSE '' END AS hkzx, told_by AS lys,
    CASE WHEN at_odds THEN 'N' ELSE 'Y' END AS yz,
    CASE WHEN at_odds THEN '不一致' WHEN told_by = 1 THEN pick(n, '核验', ['未核验', '待人工']) ELSE '一致' END AS hyzt, division AS swdqh,
    CASE WHEN at_odds AND chance(n, '撤销', 0.3) THEN 'T' ELSE 'F' END AS cx,
    saved(least(greatest(struck_on, fire_day), today), n, '死亡记录') AS gxsj
FROM reported;
