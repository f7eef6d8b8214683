"""The marriage registration system as its vendor made it: fifteen tables, pinyin names, local codes. Tables only, no rows.

Habits met here on purpose: names in two columns, sex M/F, dates as CHAR(8) in old tables and DATE in new ones, flags Y/N,
soft deletes (``sc_bz``), documents under local codes (01 identity card), offices under short codes (CY01), a table whose
watermark is CHAR(14) text and may be empty (``da_bl``), and one without any watermark (``hy_zsly``).
"""

from sqlalchemy import MetaData

from hub.sandbox.systems.column import char, count, day, key, link, local_table, moment, text

METADATA = MetaData()

OFFICE = local_table(
    "hy_jg",
    METADATA,
    "婚姻登记机关",
    [
        key("jg_id", "机关内码"),
        text("jgdm", 20, "机关简码"),
        text("jgmc", 200, "机关名称"),
        text("tyshxydm", 18, "统一社会信用代码"),
        char("xzqh", 6, "行政区划"),
        char("jgdj", 2, "机关等级：A3 A4 A5 PT"),
        char("swqx", 2, "涉外权限：N无 W涉外 G涉港澳台 Q全部"),
        text("dz", 400, "地址"),
        text("lxdh", 40, "联系电话"),
        count("djyrs", "登记员人数"),
        char("slrq", 8, "设立日期"),
        char("zt", 1, "状态：1运行 0停办 9撤并"),
        moment("gxsj", "更新时间", index=True),
    ],
)

REGISTRAR = local_table(
    "hy_djy",
    METADATA,
    "婚姻登记员",
    [
        key("djy_id", "登记员内码"),
        text("gh", 64, "工号"),
        text("xm", 200, "姓名"),
        text("sfzh", 18, "身份证号"),
        text("jgdm", 20, "所在机关简码"),
        text("zgzh", 100, "资格证书号"),
        char("fzrq", 8, "发证日期"),
        char("yxqz", 8, "有效期至"),
        char("gwzt", 2, "岗位：ZG在岗 ZT暂停 LG离岗 TX退休"),
        char("sc_bz", 1, "删除标志：Y N"),
        moment("gxsj", "更新时间", index=True),
    ],
)

PARTY = local_table(
    "hy_dsr",
    METADATA,
    "当事人",
    [
        key("pid", "当事人内码"),
        text("xing", 100, "姓"),
        text("ming", 200, "名"),
        char("xb", 1, "性别：M男 F女"),
        char("zjlx", 2, "证件类型：01身份证 02护照 03港澳通行证 04台胞证"),
        text("zjhm", 40, "证件号码"),
        char("csrq", 8, "出生日期"),
        text("mz", 10, "民族简码"),
        text("gj", 4, "国籍：两字母"),
        char("xl", 2, "学历：本地"),
        text("zy", 10, "职业：本地"),
        char("hyzk", 1, "婚姻状况：W未 Y已 S丧偶 L离异"),
        char("hjqh", 6, "户籍区划"),
        text("hjdz", 400, "户籍地址"),
        text("lxdh", 40, "联系电话"),
        moment("gxsj", "更新时间", index=True),
    ],
)

REGISTRATION = local_table(
    "hy_jhdj",
    METADATA,
    "结婚登记",
    [
        key("djid", "登记内码"),
        text("djbh", 64, "登记编号"),
        link("nf_pid", "男方内码"),
        link("nvf_pid", "女方内码"),
        text("jgdm", 20, "登记机关简码"),
        char("djrq", 8, "登记日期"),
        text("jhzh", 64, "结婚证字号"),
        text("yzh", 64, "印制号"),
        char("nf_hyzk", 1, "登记前男方婚姻状况：W S L"),
        char("nvf_hyzk", 1, "登记前女方婚姻状况：W S L"),
        char("sw", 1, "涉外：Y N"),
        char("fh", 1, "复婚：Y N"),
        text("djy", 200, "登记员"),
        char("zt", 1, "状态：1有效 3撤销 W无效 Z作废 D删除 X暂存"),
        text("bz", 400, "备注"),
        text("czip", 40, "操作终端地址"),
        moment("gxsj", "更新时间", index=True),
    ],
)

DIVORCE_APPLICATION = local_table(
    "hy_lhsq",
    METADATA,
    "离婚申请",
    [
        key("sqid", "申请内码"),
        text("sqbh", 64, "申请编号"),
        text("nf_xm", 200, "男方姓名"),
        text("nf_sfzh", 18, "男方身份证号"),
        text("nvf_xm", 200, "女方姓名"),
        text("nvf_sfzh", 18, "女方身份证号"),
        text("jgdm", 20, "受理机关简码"),
        day("sqrq", "申请日期"),
        text("hzh", 64, "回执号"),
        day("ljq_z", "冷静期止"),
        day("slq_z", "申领期止"),
        day("chrq", "撤回日期"),
        char("chf", 1, "撤回方：M男 F女 B双方"),
        char("zt", 2, "状态：SL受理 LJ冷静期 SQ申领期 CH撤回 GQ过期 BJ办结"),
        moment("gxsj", "更新时间", index=True),
    ],
)

DIVORCE = local_table(
    "hy_lhdj",
    METADATA,
    "离婚登记",
    [
        key("lhid", "离婚登记内码"),
        link("sqid", "申请内码"),
        text("djbh", 64, "登记编号"),
        text("lhzh", 64, "离婚证字号"),
        text("nf_yzh", 64, "男方印制号"),
        text("nvf_yzh", 64, "女方印制号"),
        text("jgdm", 20, "登记机关简码"),
        day("djrq", "登记日期"),
        text("nf_xm", 200, "男方姓名"),
        text("nf_sfzh", 18, "男方身份证号"),
        day("nf_csrq", "男方出生日期"),
        char("nf_hjqh", 6, "男方户籍区划"),
        text("nvf_xm", 200, "女方姓名"),
        text("nvf_sfzh", 18, "女方身份证号"),
        day("nvf_csrq", "女方出生日期"),
        char("nvf_hjqh", 6, "女方户籍区划"),
        day("yjhrq", "原结婚日期"),
        text("yjhzh", 64, "原结婚证字号"),
        text("znfy", 4000, "子女抚养"),
        text("cczw", 4000, "财产债务"),
        text("djy", 200, "登记员"),
        char("zt", 1, "状态：1有效 3撤销 W无效 Z作废 D删除"),
        moment("gxsj", "更新时间", index=True),
    ],
)

REISSUE = local_table(
    "hy_blz",
    METADATA,
    "补领证件",
    [
        key("blid", "补领内码"),
        text("blbh", 64, "补领编号"),
        char("zl", 1, "证件：J结婚证 L离婚证"),
        text("ydjbh", 64, "原登记编号"),
        text("yzh", 64, "原证字号"),
        text("xzh", 64, "新证字号"),
        text("xm", 200, "补领人"),
        text("sfzh", 18, "补领人身份证号"),
        char("yy", 2, "原因：YS遗失 SH损毁 QT其他"),
        char("wt", 1, "委托：Y N"),
        text("str", 200, "受托人"),
        text("str_sfzh", 18, "受托人身份证号"),
        text("jgdm", 20, "机关简码"),
        char("blrq", 8, "补领日期"),
        text("djy", 200, "登记员"),
        char("sc_bz", 1, "删除标志：Y N"),
        moment("gxsj", "更新时间", index=True),
    ],
)

ANNULMENT = local_table(
    "hy_cx",
    METADATA,
    "撤销婚姻",
    [
        key("cxid", "撤销内码"),
        text("cxbh", 64, "撤销编号"),
        text("ydjbh", 64, "原登记编号"),
        text("nf_sfzh", 18, "男方身份证号"),
        text("nvf_sfzh", 18, "女方身份证号"),
        char("yy", 2, "原因：XP受胁迫 YM隐瞒重大疾病 MD冒名顶替"),
        text("wsh", 100, "裁判文书号"),
        text("zcjg", 200, "作出机关"),
        day("sxrq", "生效日期"),
        text("jgdm", 20, "办理机关简码"),
        day("blrq", "办理日期"),
        moment("gxsj", "更新时间", index=True),
    ],
)

REVIEW = local_table(
    "hy_sc",
    METADATA,
    "审查处理（含不予办理告知）",
    [
        key("scid", "审查内码"),
        text("scbh", 64, "审查编号"),
        text("ywbh", 64, "业务编号"),
        text("ywlx", 4, "业务：J结婚 L离婚 BJ补结婚证 BL补离婚证"),
        day("sqrq", "申请日期"),
        text("tjcl", 400, "提交材料"),
        text("scyj", 4000, "审查意见"),
        char("jg", 1, "结果：T同意 B不同意 W未办结"),
        text("byly", 4000, "不予办理理由"),
        text("sqr", 200, "申请人"),
        text("sqr_sfzh", 18, "申请人身份证号"),
        text("gzbh", 64, "告知编号"),
        text("gzdh", 64, "告知单号"),
        day("gzrq", "告知日期"),
        text("jgdm", 20, "机关简码"),
        text("djy", 200, "登记员"),
        day("scrq", "审查日期"),
        moment("gxsj", "更新时间", index=True),
    ],
)

APPOINTMENT = local_table(
    "hy_yy",
    METADATA,
    "婚姻登记预约",
    [
        key("yyid", "预约内码"),
        text("yyh", 64, "预约号"),
        text("ywlx", 4, "业务：J结婚 L离婚 BJ补结婚证 BL补离婚证"),
        text("nf_xm", 200, "男方姓名"),
        text("nf_sfzh", 18, "男方身份证号"),
        text("nvf_xm", 200, "女方姓名"),
        text("nvf_sfzh", 18, "女方身份证号"),
        text("jgdm", 20, "机关简码"),
        moment("yysj", "预约时间"),
        text("sd", 40, "时段"),
        text("qd", 10, "渠道：WZ网站 APP移动端 WX微信 DH电话 CK窗口"),
        text("sjh", 40, "手机号"),
        char("zt", 1, "状态：0已约 1已办 2爽约 3取消"),
        moment("gxsj", "更新时间", index=True),
    ],
)

BACKFILL = local_table(
    "da_bl",
    METADATA,
    "历史档案补录",
    [
        key("blid", "补录内码"),
        text("blbh", 64, "补录编号"),
        char("lb", 1, "类别：J结婚 L离婚"),
        text("zh", 64, "证件字号"),
        text("djrq", 20, "登记日期（写法不一）"),
        text("djjg", 200, "登记机关名称"),
        text("nf_xm", 200, "男方姓名"),
        text("nf_sfzh", 18, "男方身份证号"),
        char("nf_csrq", 8, "男方出生日期"),
        text("nvf_xm", 200, "女方姓名"),
        text("nvf_sfzh", 18, "女方身份证号"),
        char("nvf_csrq", 8, "女方出生日期"),
        text("dah", 64, "档案号"),
        text("blr", 200, "补录人"),
        char("blrq", 8, "补录日期"),
        text("tx", 100, "图像标识"),
        char("gxsj", 14, "更新时间：YYYYMMDDHHMMSS，早年导入的为空"),
    ],
)

ARCHIVE = local_table(
    "da_aj",
    METADATA,
    "婚姻登记档案案卷",
    [
        key("daid", "档案内码"),
        text("dah", 64, "档案号"),
        text("ywbh", 64, "业务编号"),
        text("ajh", 64, "案卷号"),
        char("bgqx", 1, "保管期限：Y永久 B百年 C三十年 D十年"),
        char("nd", 4, "归档年度"),
        text("ys", 20, "页数（文本）"),
        char("gdrq", 8, "归档日期"),
        char("yjrq", 8, "移交日期"),
        text("jsg", 200, "接收档案馆"),
        moment("gxsj", "更新时间", index=True),
    ],
)

CERTIFICATE = local_table(
    "dz_zz",
    METADATA,
    "电子证照",
    [
        key("zzid", "证照内码"),
        text("zzbh", 64, "证照编号"),
        text("lx", 10, "类型：JHZ结婚证 LHZ离婚证"),
        text("bs", 128, "证照标识"),
        text("ywbh", 64, "业务编号"),
        text("czr", 200, "持证人"),
        text("czr_sfzh", 40, "持证人证件号码"),
        text("bfjg", 200, "颁发机构"),
        text("bfjg_dm", 40, "颁发机构统一社会信用代码"),
        day("bfrq", "颁发日期"),
        day("yxqz", "有效期至"),
        char("zt", 1, "状态：1有效 0注销"),
        day("ztrq", "状态变更日期"),
        char("zxyy", 2, "注销原因：LH离婚 CX撤销 BL补领换证"),
        moment("gxsj", "更新时间", index=True),
    ],
)

CORRECTION = local_table(
    "hy_xxgz",
    METADATA,
    "登记信息更正",
    [
        key("gzid", "更正内码"),
        text("gzbh", 64, "更正编号"),
        text("ydjbh", 64, "原登记编号"),
        text("zd", 200, "更正字段"),
        text("q", 4000, "更正前"),
        text("h", 4000, "更正后"),
        text("yy", 4000, "更正原因"),
        text("cl", 400, "依据材料"),
        text("spr", 200, "审批人"),
        char("gzrq", 8, "更正日期"),
        text("jgdm", 20, "机关简码"),
        moment("gxsj", "更新时间", index=True),
    ],
)

BLANK_STOCK = local_table(
    "hy_zsly",
    METADATA,
    "空白证书领用（无更新时间，物理删除）",
    [
        key("lyid", "领用内码"),
        text("lybh", 64, "领用编号"),
        char("lx", 1, "证书：J结婚证 L离婚证"),
        text("qsh", 64, "起始印制号"),
        text("zzh", 64, "终止印制号"),
        count("sl", "领用数量"),
        text("jgdm", 20, "领用机关简码"),
        char("lyrq", 8, "领用日期"),
        count("zf", "作废数量"),
        count("jc", "结存数量"),
    ],
)
