"""The case-handling system (办件) as its vendor made it: items, cases, steps, results, materials, special steps. Tables only."""

from sqlalchemy import MetaData

from hub.sandbox.systems.column import char, count, key, link, local_table, moment, text

METADATA = MetaData()

ITEM = local_table(
    "bj_sx",
    METADATA,
    "事项目录",
    [
        key("sxid", "事项内码"),
        text("sxbm", 50, "本地事项编码"),
        text("gjbm", 20, "国家基本编码"),
        text("ssbm", 50, "实施编码"),
        text("ywx", 50, "业务办理项编码"),
        text("sxmc", 500, "事项名称"),
        text("lx", 4, "事项类型：QR确认 JF给付 FW服务"),
        count("bb", "版本"),
        char("bjlx", 2, "办件类型：JB即办 CN承诺"),
        moment("gxsj", "更新时间"),
    ],
)

CASE = local_table(
    "bj_jbxx",
    METADATA,
    "办件基本信息",
    [
        key("bjid", "办件内码"),
        link("sxid", "事项内码"),
        text("bjbh", 64, "办件编号"),
        char("sqrlx", 1, "申请人：1个人 2单位"),
        text("sqr", 400, "申请人名称"),
        char("zjlx", 2, "证件类型：01身份证 02护照 09信用代码"),
        text("zjhm", 100, "证件号码"),
        moment("sqsj", "申请时间"),
        text("sqfs", 4, "申请方式：CK窗口 WS网上 ZD自助"),
        text("lxr", 200, "联系人"),
        text("lxr_sfzh", 40, "联系人证件号码"),
        text("sjh", 40, "手机号"),
        text("yb", 10, "邮政编码"),
        text("dz", 400, "联系地址"),
        text("sljg", 200, "受理机构"),
        text("sljg_dm", 40, "受理机构统一社会信用代码"),
        text("slr", 200, "受理人"),
        moment("slsj", "受理时间"),
        text("slwh", 64, "受理文书号"),
        text("zy", 4000, "办理摘要"),
        char("cnrq", 8, "承诺办结日期"),
        char("sc_bz", 1, "删除标志：Y N"),
        char("cs_bz", 1, "测试件：Y N"),
        moment("gxsj", "更新时间", index=True),
    ],
)

STEP = local_table(
    "bj_gc",
    METADATA,
    "办理过程",
    [
        key("gcid", "过程内码"),
        text("bjbh", 64, "办件编号"),
        text("hjdm", 4, "环节：SQ申请 SL受理 SC审查 JD决定 BJ办结"),
        text("hjmc", 400, "环节名称"),
        text("blr", 200, "办理人"),
        text("blyj", 4000, "办理意见"),
        moment("kssj", "开始时间"),
        moment("jssj", "结束时间"),
        text("bz", 1000, "备注"),
        moment("gxsj", "更新时间", index=True),
    ],
)

RESULT = local_table(
    "bj_jg",
    METADATA,
    "办理结果",
    [
        key("jgid", "结果内码"),
        text("bjbh", 64, "办件编号"),
        text("blr", 200, "办结人"),
        moment("bjsj", "办结时间"),
        char("jg", 2, "结果：CZ出证 BY不予许可 TJ退件"),
        text("zzmc", 400, "证照名称"),
        text("zzh", 400, "证照编号"),
        text("sm", 4000, "结果说明"),
        char("sd", 1, "是否送达：Y N"),
        char("myd", 1, "满意度：A B C D E"),
        text("bz", 1000, "备注"),
        moment("gxsj", "更新时间", index=True),
    ],
)

MATERIAL = local_table(
    "bj_cl",
    METADATA,
    "办件材料",
    [
        key("clid", "材料内码"),
        text("bjbh", 64, "办件编号"),
        text("clmc", 800, "材料名称"),
        text("tjfs", 4, "提交方式：ZZ纸质 DZ电子 MT免提交"),
        count("fs", "份数"),
        text("fj", 400, "附件名称"),
        text("bz", 2000, "备注"),
        moment("gxsj", "更新时间", index=True),
    ],
)

SPECIAL = local_table(
    "bj_tbcx",
    METADATA,
    "特别程序",
    [
        key("tbid", "特别程序内码"),
        text("bjbh", 64, "办件编号"),
        text("lx", 4, "种类：BZ补正 TZ听证 GS公示 HS核实 GQ挂起"),
        text("mc", 200, "名称"),
        moment("kssj", "开始时间"),
        text("yy", 4000, "启动理由"),
        text("sqr", 200, "启动人"),
        moment("jssj", "结束时间"),
        text("jg", 1000, "结果"),
        text("sm", 4000, "说明"),
        text("blr", 200, "经办人"),
        text("bz", 1000, "备注"),
        moment("gxsj", "更新时间", index=True),
    ],
)
