"""Every rule of every table lets a good row pass and finds the mistake it is named for."""

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingOf
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
import yaml

from hub.contract.load import load_standard
from hub.contract.model import Field, Table
from hub.kernel.compile import compile_kernel
from hub.kernel.engine import Engine
from hub.mapping.model import FieldMap, Mapping, Source, SourceColumn
from hub.sandbox.inspection import objections

ROOT = Path(__file__).resolve().parents[2]
Row = MappingOf[str, str | int | None]
Finding = tuple[str | None, str]  # field, code (of a rule: its name)
Findings = set[Finding]
TODAY = date(2026, 11, 22)
MOMENTS = {
    ("d", 4): "2024",
    ("d", 6): "202405",
    ("d", 8): "20240520",
    ("d", 10): "2024-05-20",
    ("t", 14): "20240520093000",
    ("t", 19): "2024-05-20 09:30:00",
}

# People, numbers and offices are made up.
MAN, WOMAN = "110101199001010111", "110101199202020228"
COUPLE: Row = {"nf_xm": "张甲", "nvf_xm": "李乙", "nf_zjhm": MAN, "nvf_zjhm": WOMAN}
TYPED: Row = {**COUPLE, "nf_zjlx_dm": "111", "nvf_zjlx_dm": "111", "nf_csrq": "19900101", "nvf_csrq": "19920202"}

GOOD: dict[str, Row] = {
    "marriage_office": {"djjg_dm": "11010101", "xzqh_dm": "110101"},
    "marriage_registrar": {"fzrq": "20200101", "yxqjzrq": "20251231"},
    "marriage_party": {"zjlx_dm": "111", "gj_dm": "156", "csrq": "19900101", "xb_dm": "1"},
    "marriage_registration": {
        **TYPED,
        "djrq": "20240520",
        "nf_gj_dm": "156",
        "nvf_gj_dm": "156",
        "swbz": "0",
        "fhbz": "0",
        "nf_hyzk_dm": "10",
        "nvf_hyzk_dm": "40",
    },
    "divorce_registration": {
        **TYPED,
        "djrq": "20240520",
        "yjhdjrq": "20150101",
        "lhsqbh": "SQ1",
        "nf_lhzyzh": "0001",
        "nvf_lhzyzh": "0002",
    },
    "divorce_application": {
        **COUPLE,
        "sqrq": "20240401",
        "ljqjmrq": "20240501",
        "slqxjmrq": "20240531",
        "sqzt_dm": "1",
        "chrq": None,
        "chf_dm": None,
    },
    "certificate_reissue": {"wtbz": "0", "blr_zjhm": MAN, "str_xm": None, "str_zjhm": None, "xzzh": "BJ2", "yzzh": "J1"},
    "marriage_annulment": {
        "nf_zjhm": MAN,
        "nvf_zjhm": WOMAN,
        "blrq": "20240520",
        "sxrq": "20240501",
        "cxyy_dm": "1",
        "cpwsh": "（2024）京0101民初1号",
    },
    "registration_review": {"scrq": "20240520", "sqrq": "20240520", "scjg_dm": "1", "bydjyy": None},
    "refusal_notice": {},
    "marriage_appointment": {**COUPLE, "yyywlx_dm": "IA"},
    "archive_backfill": {**COUPLE, "blrq": "20240520", "djrq": "20110101", "nf_csrq": "19900101", "nvf_csrq": None},
    "marriage_archive": {"gdnd": "2023", "gdrq": "20240110", "yjrq": "20240601", "jsdagmc": "某区档案馆"},
    "marriage_e_certificate": {
        "bfrq": "20240520",
        "yxqjzrq": None,
        "ztbgrq": None,
        "zzzt_dm": "1",
        "zxyy_dm": None,
        "bfjg_dm": "91350100M000100Y43",
        "dzzzbs": "1.2.156.3005.2.11100000000000000X001.91350100M000100Y43.1.001.0",
    },
    "registration_correction": {"gzqnr": "张甲", "gzhnr": "章甲"},
    "blank_certificate_stock": {"qsyzh": "000101", "zzyzh": "000200", "lysl": 100, "zfsl": 2, "jcsl": 30},
    "up_pro_accept": {
        "apply_date": "2024-05-20 09:00:00",
        "accept_date": "2024-05-20 09:10:00",
        "promise_date": "2024-05-20",
        "applyer_page_type": "111,111",
        "applyer_page_code": f"{MAN},{WOMAN}",
        "applyer_type": "1",
        "legal": None,
    },
    "up_pro_process": {"event_start_time": "2024-05-20 09:00:00", "event_end_time": "2024-05-20 09:00:00"},
    "up_pro_result": {"result_type": "0", "result_cetr_name": "结婚证", "result_cetr_no": "J1", "result_explain": None},
    "up_pro_material": {},
    "up_pro_special_procedure": {"special_time": "2024-05-20 09:00:00", "end_time": "2024-05-21 09:00:00"},
    "disbursement_batch": {"total_sum": 124500, "total_item": 1},
    "disbursement_detail": {"account_no": "6222000000000000000"},
}
# What breaks exactly one rule: table, what differs from the good row, the rule.
BAD: list[tuple[str, Row, str]] = [
    ("marriage_office", {"xzqh_dm": "110102"}, "登记机关代码前六位为所在行政区划"),
    ("marriage_registrar", {"yxqjzrq": "20191231"}, "资格证书有效期不早于发证日期"),
    ("marriage_party", {"gj_dm": "840"}, "持居民身份证的应为中国国籍"),
    ("marriage_registration", {"nvf_zjhm": MAN, "nvf_zjlx_dm": "990"}, "男女双方不得为同一人"),
    ("marriage_registration", {"nf_csrq": "20020521"}, "男方登记时应满二十二周岁"),
    ("marriage_registration", {"nf_csrq": "19600102", "djrq": "19800101", "nvf_csrq": "19600101"}, "男方登记时不得早于二十周岁"),
    ("marriage_registration", {"nvf_csrq": "20040521"}, "女方登记时应满二十周岁"),
    ("marriage_registration", {"nvf_csrq": "19620102", "djrq": "19800101", "nf_csrq": "19600101"}, "女方登记时不得早于十八周岁"),
    ("marriage_registration", {"nf_gj_dm": "840"}, "一方为外国国籍的应标为涉外"),
    ("marriage_registration", {"fhbz": "1"}, "复婚的双方登记前应为离婚"),
    ("marriage_registration", {"nvf_hyzk_dm": "20"}, "双方登记前不应为已婚"),
    ("marriage_registration", {"nf_zjhm": "110101199001010226"}, "男方身份证应为男性"),
    ("marriage_registration", {"nvf_zjhm": "110101199202020113"}, "女方身份证应为女性"),
    ("divorce_registration", {"nvf_zjhm": MAN, "nvf_zjlx_dm": "990"}, "男女双方不得为同一人"),
    ("divorce_registration", {"yjhdjrq": "20240521"}, "离婚登记不得早于原结婚登记"),
    ("divorce_registration", {"lhsqbh": None}, "二〇二一年起的离婚登记应有离婚申请编号"),
    ("divorce_registration", {"nvf_lhzyzh": "0001"}, "双方离婚证印制号不得相同"),
    ("divorce_registration", {"nf_zjhm": "110101199001010226"}, "男方身份证应为男性"),
    ("divorce_registration", {"nvf_zjhm": "110101199202020113"}, "女方身份证应为女性"),
    ("divorce_application", {"nvf_zjhm": MAN}, "男女双方不得为同一人"),
    ("divorce_application", {"ljqjmrq": "20240430"}, "冷静期不少于三十日"),
    ("divorce_application", {"ljqjmrq": "20240512", "slqxjmrq": "20240620"}, "冷静期因节假日顺延不超过十日"),
    ("divorce_application", {"slqxjmrq": "20240530"}, "申领期限不少于三十日"),
    ("divorce_application", {"slqxjmrq": "20240620"}, "申领期限因节假日顺延不超过十日"),
    ("divorce_application", {"sqzt_dm": "2", "chrq": "20240502", "chf_dm": "01"}, "撤回日期应在冷静期内"),
    ("divorce_application", {"sqzt_dm": "2", "chrq": "20240410"}, "已撤回的应有撤回日期和撤回方"),
    ("divorce_application", {"chrq": "20240410", "chf_dm": "01"}, "未撤回的不应有撤回日期"),
    ("certificate_reissue", {"wtbz": "1", "str_xm": "王丙"}, "委托办理的应有受托人姓名和证件号码"),
    ("certificate_reissue", {"str_xm": "王丙"}, "非委托办理的不应有受托人"),
    ("certificate_reissue", {"wtbz": "1", "str_xm": "张甲", "str_zjhm": MAN}, "受托人不得为补领人"),
    ("certificate_reissue", {"xzzh": "J1"}, "新证字号不得与原证字号相同"),
    ("marriage_annulment", {"nvf_zjhm": MAN}, "男女双方不得为同一人"),
    ("marriage_annulment", {"blrq": "20240430"}, "办理日期不早于生效日期"),
    ("marriage_annulment", {"cpwsh": None}, "法院撤销的应有裁判文书号"),
    ("registration_review", {"scrq": "20240519"}, "审查日期不早于申请日期"),
    ("registration_review", {"scjg_dm": "2"}, "不同意的应写明不予登记原因"),
    ("marriage_appointment", {"nvf_zjhm": MAN}, "男女双方不得为同一人"),
    ("marriage_appointment", {"yyywlx_dm": "ICA", "nf_xm": None, "nvf_zjhm": None}, "至少有一方的姓名和证件号码"),
    ("marriage_appointment", {"nvf_xm": None, "nvf_zjhm": None}, "结婚和离婚登记预约应有双方"),
    ("archive_backfill", {"nvf_zjhm": MAN}, "男女双方不得为同一人"),
    ("archive_backfill", {"blrq": "20101231"}, "补录日期不早于登记日期"),
    ("archive_backfill", {"nf_xm": None, "nvf_xm": None}, "至少有一方姓名"),
    ("archive_backfill", {"nvf_csrq": "20110101"}, "出生日期应早于登记日期"),
    ("marriage_archive", {"gdnd": "2025"}, "归档年度不晚于归档日期"),
    ("marriage_archive", {"yjrq": "20240101"}, "移交日期不早于归档日期"),
    ("marriage_archive", {"jsdagmc": None}, "移交日期与接收档案馆同有同无"),
    ("marriage_e_certificate", {"yxqjzrq": "20240519"}, "有效期不早于颁发日期"),
    ("marriage_e_certificate", {"ztbgrq": "20240519"}, "状态变更日期不早于颁发日期"),
    ("marriage_e_certificate", {"zzzt_dm": "2", "zxyy_dm": "1"}, "已注销的应有注销原因和状态变更日期"),
    ("marriage_e_certificate", {"bfjg_dm": "11110101MB0000001J"}, "电子证照标识应含颁发机构代码"),
    ("registration_correction", {"gzqnr": None, "gzhnr": None}, "更正前后内容不得都为空"),
    ("registration_correction", {"gzhnr": "张甲"}, "更正前后内容不得相同"),
    ("blank_certificate_stock", {"zzyzh": "200"}, "起止印制号同长且起始不大于终止"),
    ("blank_certificate_stock", {"zfsl": 71}, "作废与结存之和不大于领用数量"),
    ("blank_certificate_stock", {"lysl": 99}, "领用数量应等于连号张数"),
    ("up_pro_accept", {"apply_date": "2024-05-20 09:10:01"}, "受理时间不早于申请时间"),
    ("up_pro_accept", {"promise_date": "2024-05-19"}, "承诺办结日期不早于受理日期"),
    ("up_pro_accept", {"applyer_page_type": "身份证,111"}, "证件类型应为证件代码或统一社会信用代码 01"),
    ("up_pro_accept", {"applyer_page_type": "111"}, "证件类型与证件号码个数应相同"),
    ("up_pro_accept", {"applyer_type": "4"}, "单位申请应有法定代表人"),
    ("up_pro_process", {"event_end_time": "2024-05-20 08:59:59"}, "结束时间不早于开始时间"),
    ("up_pro_result", {"result_cetr_no": None}, "出证的应有证照名称和编号"),
    ("up_pro_result", {"result_type": "6"}, "不予许可或不予受理的应有结果说明"),
    ("up_pro_special_procedure", {"end_time": "2024-05-20 08:59:59"}, "结束时间不早于开始时间"),
    ("disbursement_batch", {"total_sum": 2, "total_item": 3}, "总金额不小于总笔数"),
    ("disbursement_detail", {"account_no": "6222A00000000000000"}, "账号应为数字"),
]


# What is rare but right: table, what differs from the good row.
LAWFUL: list[tuple[str, Row]] = [
    ("marriage_registration", {"djrq": "20240101", "nf_csrq": "20020101"}),  # 22 years to the day
    ("marriage_registration", {"djrq": "20240229", "nf_csrq": "20020228"}),
    ("marriage_registration", {"djrq": "19800101", "nf_csrq": "19600101", "nvf_csrq": "19620101"}),  # by the law of 1950
    ("marriage_registration", {"nf_gj_dm": "840", "nf_zjlx_dm": "414", "nf_zjhm": "E1234567", "swbz": "1"}),
    ("marriage_registration", {"fhbz": "1", "nf_hyzk_dm": "40"}),
    ("marriage_registration", {"nf_hyzk_dm": None, "nvf_hyzk_dm": None}),
    ("divorce_registration", {"djrq": "20201231", "lhsqbh": None}),  # before the cooling-off period existed
    ("divorce_registration", {"nf_lhzyzh": None, "yjhdjrq": None}),
    ("divorce_application", {"ljqjmrq": "20240506", "slqxjmrq": "20240611"}),  # both last days fell on holidays
    ("divorce_application", {"sqrq": "20240130", "ljqjmrq": "20240229", "slqxjmrq": "20240330"}),  # a leap year
    ("divorce_application", {"sqzt_dm": "2", "chrq": "20240501", "chf_dm": "11"}),  # on the last day
    ("certificate_reissue", {"wtbz": "1", "str_xm": "王丙", "str_zjhm": WOMAN, "yzzh": None}),
    ("marriage_annulment", {"cxyy_dm": "3", "cpwsh": None}),  # revoked by the office itself
    ("marriage_annulment", {"sxrq": "20190101", "blrq": "20190101", "cpwsh": None}),
    ("marriage_appointment", {"yyywlx_dm": "ICA", "nvf_xm": None, "nvf_zjhm": None}),
    ("archive_backfill", {"nf_zjhm": None, "nvf_zjhm": None, "nf_csrq": None, "nvf_xm": None}),
    ("marriage_archive", {"yjrq": None, "jsdagmc": None}),
    ("marriage_e_certificate", {"zzzt_dm": "2", "zxyy_dm": "2", "ztbgrq": "20240601"}),
    ("registration_correction", {"gzqnr": None}),
    ("blank_certificate_stock", {"qsyzh": "AB0101X", "zzyzh": "AB0200X"}),  # letters are not counted
    (
        "up_pro_accept",
        {"applyer_page_type": "01", "applyer_page_code": "52110000MJ0000000X", "applyer_type": "4", "legal": "赵丁"},
    ),
    ("up_pro_accept", {"promise_date": None}),
]


# Numbers where no field tells the certificate, and whether they can be right.
NUMBERS = {
    MAN: True,
    MAN[:-1] + "0": False,
    MAN[:-1]: False,  # a character was lost
    "E12345678": True,  # a passport
    "H1234567890": True,  # a travel permit of Hong Kong
    "110101900101011": True,  # an ID number of the first generation, in the archives
}


def _examples() -> None:
    """The other domains, as ``rules/<domain>.yaml``: table -> good, lawful (a list), bad (a list of {breaks, change})."""
    for path in sorted(Path(__file__).with_name("rules").glob("*.yaml")):
        for table, told in yaml.load(path.read_text(encoding="utf-8"), yaml.CBaseLoader).items():
            GOOD[table] = _row(told.get("good") or {})
            LAWFUL.extend((table, _row(change)) for change in told.get("lawful", ()))
            BAD.extend((table, _row(each["change"]), each["breaks"]) for each in told.get("bad", ()))


def _row(cells: MappingOf[str, str]) -> Row:
    """Everything is text; ``null`` is no value."""
    return {name: None if value == "null" else value for name, value in cells.items()}


_examples()


@pytest.fixture(scope="module")
def tables() -> dict[str, Table]:
    """Every table of every release by name."""
    found = {}
    for path in ROOT.glob("contracts/*/*/standard.yaml"):
        standard, _ = load_standard(path.parent, ROOT)
        assert standard is not None
        found |= standard.tables
    return found


class Judge:
    """Tells what the kernel finds in one row of a table."""

    def __init__(self, table: Table, stack: ExitStack) -> None:
        self.table = table
        place, columns = table.place, tuple(table.fields)
        texts = {name: SourceColumn("t", name, "text", name, place) for name in columns}
        source = Source("plain", "直接", "sql", {}, {"t": texts}, "Asia/Shanghai", place)
        fields = {name: FieldMap(name, f"t.{name}", None, None, "reject", (f"t.{name}",), place) for name in columns}
        target = (table.standard, table.version, table.name)
        mapping = Mapping(table.name, *target, "plain", "t", {"t": "t"}, None, None, None, fields, (), (), "", place)
        self.kernel = compile_kernel(mapping, table, source)
        self.engine = stack.enter_context(Engine(self.kernel, table, TODAY))

    def judge(self, rows: Sequence[Row]) -> tuple[list[Findings], Counter[Finding]]:
        """What is wrong with each row, and how often each warning is said of the rows that nothing is wrong with."""
        cells = [{f"t.{name}": _text(row.get(name)) for name in self.table.fields} for row in rows]
        done = self.engine.transform(pa.RecordBatch.from_pylist(cells, pa.schema([(name, pa.string()) for name in cells[0]])))
        refused = list(zip(done.rejected.to_pylist(), done.findings.to_pylist(), strict=True))
        errors: list[Findings] = []
        for row in cells:
            bits = refused.pop(0)[1] if refused and refused[0][0] == row else []
            errors.append({self._told(bit) for bit in bits})
        return errors, Counter({self._told(bit): count for bit, count in done.warnings.items()})

    def _told(self, bit: int) -> Finding:
        finding = self.kernel.findings[bit]
        return finding.field, finding.title if finding.rule == "rule" else finding.rule


def _text(value: str | int | None) -> str | None:
    return None if value is None else str(value)


class Judges(dict[str, Judge]):
    """For every table the kernel of the plainest mapping, made when it is asked for: each field is the column of its own name."""

    def __init__(self, tables: dict[str, Table], stack: ExitStack) -> None:
        super().__init__()
        self.tables, self.stack = tables, stack

    def __missing__(self, name: str) -> Judge:
        self[name] = Judge(self.tables[name], self.stack)
        return self[name]


@pytest.fixture(scope="module")
def judges(tables: dict[str, Table]) -> Iterator[dict[str, Judge]]:
    """The judge of each table."""
    with ExitStack() as stack:
        yield Judges(tables, stack)


def _whole(table: Table, row: Row) -> Row:
    """The row with some value in every other required field."""
    return {name: _sample(field) for name, field in table.fields.items() if field.required} | dict(row)


def _sample(field: Field) -> str:
    """A value that the contract accepts."""
    notation, check = field.notation, field.element.check
    if field.codes is not None:
        return next(code for code, spans in field.codes.codes.items() if all(each.valid_to is None for each in spans))
    if check is not None:
        return MAN if check == "gb11643" else "91350100M000100Y43"
    if notation.kind in "dt":
        return MOMENTS[notation.kind, notation.maximum]
    return "1" * max(notation.minimum, 1)


def test_the_examples_cover_every_table_and_every_rule(tables: dict[str, Table]) -> None:
    """A rule without an example of what it finds does not enter the contracts."""
    assert set(GOOD) == set(tables)
    assert {(name, rule) for name, _, rule in BAD} == {(name, rule.name) for name in tables for rule in tables[name].rules}


@pytest.mark.parametrize("name", GOOD)
def test_rules_find_what_they_are_named_for_and_nothing_else(judges: dict[str, Judge], name: str) -> None:
    """Each bad row breaks its own rule and no other; good and lawful rows break none and give no warning."""
    judge = judges[name]
    bad = [(change, rule) for table, change, rule in BAD if table == name]
    lawful = [change for table, change in LAWFUL if table == name]
    severity = {rule.name: rule.severity for rule in judge.table.rules}
    rows = [_whole(judge.table, {**GOOD[name], **change}) for change in ({}, *lawful, *(change for change, _ in bad))]
    assert all(set(row) <= set(judge.table.fields) for row in rows)
    errors, warnings = judge.judge(rows)
    expected = [{rule} if severity[rule] == "error" else set() for _, rule in bad]
    assert [{said for _, said in found} for found in errors] == [set() for _ in range(1 + len(lawful))] + expected
    said = Counter({rule: count for (field, rule), count in warnings.items() if field is None})
    assert said == Counter(rule for _, rule in bad if severity[rule] == "warning")


@pytest.mark.parametrize("name", GOOD)
def test_a_row_without_anything_lacks_its_required_fields(judges: dict[str, Judge], name: str) -> None:
    """Optional fields may be empty, and no other complaint about a field comes of nothing."""
    errors, _ = judges[name].judge([{}])
    found = {(field, said) for field, said in errors[0] if field is not None}
    assert found == {(field.name, "required") for field in judges[name].table.fields.values() if field.required}


@pytest.mark.parametrize("name", ["divorce_application", "marriage_appointment", "archive_backfill", "marriage_annulment"])
def test_a_number_of_an_unknown_certificate_may_be_another_than_an_identity_card(judges: dict[str, Judge], name: str) -> None:
    """Tables that do not tell the certificate take passports, but no identity card with a wrong check digit."""
    judge = judges[name]
    rows = [_whole(judge.table, {**GOOD[name], "nf_zjhm": number}) for number in NUMBERS]
    wrong = ("nf_zjhm", "check-digit")
    errors, _ = judge.judge(rows)
    assert [wrong not in found for found in errors] == list(NUMBERS.values())
    received = [{field: _text(value) for field, value in row.items()} for row in rows]
    told = [{(each.field, each.code) for each in objections(judge.table, row, TODAY)} for row in received]
    assert [wrong not in each for each in told] == list(NUMBERS.values())


def test_a_code_is_judged_on_the_day_of_the_registration(judges: dict[str, Judge]) -> None:
    """崇文区 was right in a registration of 2009 and is not in one of 2024."""
    judge = judges["marriage_registration"]
    row = _whole(judge.table, {**GOOD["marriage_registration"], "nf_hjdxzqh_dm": "110103"})
    old = {**row, "djrq": "20090601", "nf_csrq": "19800101", "nvf_csrq": "19800101"}
    errors, _ = judge.judge([row, old])
    assert errors == [{("nf_hjdxzqh_dm", "code-expired")}, set()]
