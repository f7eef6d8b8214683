"""Takes nothing, gives the words in which local databases name what the standards name. Pure data."""

from collections.abc import Mapping

# fmt: off
ENGLISH: Mapping[str, str] = {
    "account": "账号", "acct": "账号", "addr": "地址", "address": "地址", "age": "年龄", "amount": "金额", "amt": "金额",
    "apply": "申请", "area": "区划", "balance": "余额", "bank": "银行", "batch": "批次", "begin": "开始", "birth": "出生日期",
    "birthday": "出生日期", "card": "证件", "category": "类别", "cause": "原因", "cert": "证件", "channel": "渠道",
    "code": "代码", "contract": "合同", "count": "数量", "country": "国籍", "date": "日期", "day": "日期",
    "department": "部门", "dept": "部门", "district": "区划", "edu": "文化程度", "education": "文化程度", "employer": "单位",
    "end": "终止", "family": "家庭", "fee": "费用", "file": "文件", "gender": "性别", "grade": "等级", "health": "健康状况",
    "household": "家庭", "idcard": "证件号码", "income": "收入", "job": "职业", "kind": "类别", "level": "等级",
    "marry": "婚姻", "marital": "婚姻", "member": "成员", "memo": "备注", "mobile": "联系电话", "money": "金额",
    "month": "年月", "name": "姓名", "nation": "民族", "no": "编号", "num": "数量", "number": "编号", "occupation": "职业",
    "operator": "经办人", "org": "机构", "organ": "机构", "pay": "发放", "phone": "联系电话", "plate": "车牌", "post": "岗位",
    "price": "单价", "purpose": "用途", "quantity": "数量", "reason": "原因", "relation": "关系", "remark": "备注",
    "result": "结果", "score": "得分", "sex": "性别", "staff": "工作人员", "start": "开始", "state": "状态", "status": "状态",
    "street": "街道", "subsidy": "补贴", "tel": "联系电话", "time": "时间", "title": "标题", "total": "合计", "type": "类型",
    "unit": "单位", "uscc": "统一社会信用代码", "worker": "工作人员", "year": "年度",
}
"""English words of column names with what they mean."""

SAME: tuple[tuple[str, str], ...] = (
    ("公民身份号码", "证件号码"), ("居民身份证号码", "证件号码"), ("身份证件号码", "证件号码"), ("身份证号码", "证件号码"),
    ("身份证号", "证件号码"), ("身份号码", "证件号码"), ("证件号码", "证件号"), ("手机号码", "电话"), ("手机号", "电话"),
    ("联系电话", "电话"), ("办公电话", "电话"), ("学历", "文化程度"), ("行政区划", "区划"), ("所在区", "区划"),
    ("住址", "地址"), ("详细地址", "地址"), ("出生年月日", "出生日期"), ("生日", "出生日期"), ("账户号", "账号"),
    ("银行卡号", "账号"), ("银行账号", "账号"), ("种类", "类型"), ("类别", "类型"), ("方式", "类型"), ("原由", "原因"),
    ("事由", "原因"), ("缘由", "原因"), ("起始", "开始"), ("起止", "开始"), ("截止", "终止"), ("结束", "终止"),
    ("到期", "终止"), ("届满", "终止"), ("从业", "就业"), ("备注", "说明"), ("描述", "说明"), ("单号", "编号"),
    ("号码", "号"), ("编码", "编号"), ("户主", "户主姓名"), ("经办人", "经办人姓名"), ("情况", "状况"), ("小计", "合计"),
    ("总计", "合计"), ("总额", "合计"), ("办理", "经办"), ("数量", "数"), ("人数", "数"), ("日期", "日"), ("时间", "日"),
)
# fmt: on
"""What different people write for the same: in a title the left becomes the right, in this order."""
