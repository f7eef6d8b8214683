"""The allowance system as its vendor made it: payment batches and payment lines, amounts in yuan. Tables only, no rows."""

from sqlalchemy import MetaData

from hub.sandbox.systems.column import char, count, key, link, local_table, moment, text, yuan

METADATA = MetaData()

BATCH = local_table(
    "ff_pc",
    METADATA,
    "发放批次",
    [
        key("pcid", "批次内码"),
        text("pch", 40, "批次号"),
        text("xmdm", 10, "项目：GLJT高龄津贴 SHBT生活补贴 HLBT护理补贴 LSJZ临时救助"),
        text("bz", 400, "批次说明"),
        char("ny", 6, "发放年月"),
        text("jgdm", 18, "发放单位统一社会信用代码"),
        text("jgmc", 200, "发放单位"),
        text("wtdwh", 30, "银行委托单位号"),
        text("fkzh", 40, "付款账号"),
        text("fkhm", 200, "付款户名"),
        text("yhdm", 10, "代发银行：NSH农商行 YZ邮储"),
        count("rs", "人数"),
        yuan("je", "金额（元）"),
        char("fkrq", 8, "要求付款日期"),
        char("zt", 1, "状态：0编制 1已审 2已送 3已回盘"),
        moment("tjsj", "提交时间"),
        text("jbr", 200, "经办人"),
        moment("gxsj", "更新时间", index=True),
    ],
)

LINE = local_table(
    "ff_mx",
    METADATA,
    "发放明细",
    [
        key("mxid", "明细内码"),
        link("pcid", "批次内码"),
        count("xh", "序号"),
        text("xm", 200, "姓名"),
        char("zjlx", 2, "证件类型：01身份证 02护照"),
        text("sfzh", 40, "证件号码"),
        text("zh", 40, "银行账号"),
        text("khh", 10, "开户行：NSH农商行 YZ邮储"),
        char("zhlx", 1, "账户：K卡 Z折"),
        yuan("je", "金额（元）"),
        text("yt", 200, "用途"),
        char("sc_bz", 1, "删除标志：Y N"),
        moment("gxsj", "更新时间", index=True),
    ],
)
