"""The ways in which the sandbox spoils a row: the kinds of defect of every local table, what they change, what finding they earn.

Each defect is made so that the row earns its finding and no other error; where a kind brings warnings along (a woman entered
with the man's number also fails the sex rule) the row is rejected anyway. Pure data and small functions; nothing is stored here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hub.sandbox.story import LocalRow, Values

Changes = dict[str, Any]
Spoil = Callable[[Values], Changes | None]  # what to set; None: this row cannot be spoilt so

WARNINGS = ("birth-mismatch", "sex-mismatch")
DUPLICATE = "duplicate-key"


@dataclass(frozen=True, slots=True)
class Defect:
    """``rules``: the standard tables whose rows it spoils, with the code of the finding they earn.

    ``alone``: only for rows that no other row joins.
    """

    kind: str
    rules: Mapping[str, str]
    spoil: Spoil
    alone: bool = False

    def earns(self, row: LocalRow) -> dict[str, str]:
        """The part of ``rules`` that this row can earn."""
        if self.alone and row.joined:
            return {}
        return {table: rule for table, rule in self.rules.items() if table in row.makes or table in row.joined}


def _to(rule: str, *tables: str) -> Mapping[str, str]:
    return dict.fromkeys(tables, rule)


def _set(**changes: object) -> Spoil:
    return lambda _: dict(changes)


def _drop(column: str) -> Spoil:
    return lambda values: None if values[column] is None else {column: None}


def _if(column: str, wanted: object, **changes: object) -> Spoil:
    """The changes, only for rows in which ``column`` has the wanted value."""
    return lambda values: dict(changes) if values[column] == wanted else None


def _long(column: str, words: str, size: int) -> Spoil:
    return lambda _: {column: (words * size)[:size]}


def _bad_number(column: str) -> Spoil:
    """Another check sign on an 18-character number written in ASCII."""

    def spoil(values: Values) -> Changes | None:
        number = values[column]
        if number is None or len(number) != 18 or not number.isascii():
            return None
        wrong = "0123456789"[(int(number[16]) + 1) % 10]
        # Only the last sign changes: birth date and sex stay plausible.
        return {column: number[:17] + (wrong if wrong != number[17] else str((int(wrong) + 1) % 10))}

    return spoil


def _copy(source: str, target: str) -> Spoil:
    return lambda values: None if values[source] is None else {target: values[source]}


def _days_from(source: str, target: str, days: int) -> Spoil:
    """``target`` becomes so many days after (before, if negative) ``source``; CHAR(8) dates stay CHAR(8)."""

    def spoil(values: Values) -> Changes | None:
        start = values[source]
        if start is None:
            return None
        if isinstance(start, str):
            day = datetime.strptime(start, "%Y%m%d") + timedelta(days=days)  # noqa: DTZ007 - a day
            return {target: f"{day:%Y%m%d}"}
        assert isinstance(start, date)
        return {target: start + timedelta(days=days)}

    return spoil


_IMPOSSIBLE = "20250230"
_TO_BOTH = ("marriage_party", "marriage_registration")
_DUPLICATE = _set()  # a second row with the same business key, made by the planter

DEFECTS: Mapping[str, tuple[Defect, ...]] = {
    "hy_jg": (
        Defect("expired-code", _to("code-expired", "marriage_office"), _set(xzqh="110103")),
        Defect("bad-credit-code", _to("check-digit", "marriage_office"), _bad_number("tyshxydm")),
        Defect("impossible-date", _to("format", "marriage_office"), _set(slrq=_IMPOSSIBLE)),
    ),
    "hy_djy": (
        Defect("blank-name", _to("required", "marriage_registrar"), _set(xm="\u3000 ")),
        Defect("bad-check-digit", _to("check-digit", "marriage_registrar"), _bad_number("sfzh")),
        Defect("unknown-code", _to("unmapped", "marriage_registrar"), _set(gwzt="QJ")),
        Defect("unmapped-office", _to("unmapped", "marriage_registrar"), _set(jgdm="CY99")),
        Defect("date-order", _to("rule", "marriage_registrar"), _days_from("fzrq", "yxqz", -1)),
    ),
    "hy_dsr": (
        Defect("blank-name", _to("required", *_TO_BOTH), _set(xing="\u3000", ming="\u3000\u3000")),
        Defect("missing-required", _to("required", *_TO_BOTH), _drop("zjhm")),
        Defect("bad-check-digit", _to("check-digit", *_TO_BOTH), _bad_number("zjhm")),
        Defect("impossible-date", _to("format", *_TO_BOTH), _set(csrq="19850230")),
        Defect("unknown-code", _to("unmapped", *_TO_BOTH), _set(gj="ZZ")),
        Defect("unknown-code", _to("unmapped", "marriage_party"), _set(xb="?")),
        Defect("inconsistent", _to("rule", "marriage_party"), _if("zjlx", "01", gj="US"), alone=True),
        Defect("too-long", _to("length", "marriage_party"), _long("hjdz", "北京市示例路", 330)),
        Defect("birth-mismatch", _to("birth-date", *_TO_BOTH), _days_from("csrq", "csrq", -1)),
        Defect("sex-mismatch", _to("sex", "marriage_party"), lambda values: {"xb": "F" if values["xb"] == "M" else "M"}),
    ),
    "hy_jhdj": (
        Defect("same-person", _to("rule", "marriage_registration"), _copy("nf_pid", "nvf_pid")),
        Defect("unmapped-office", _to("unmapped", "marriage_registration"), _set(jgdm="CY99")),
        Defect("impossible-date", _to("format", "marriage_registration"), _set(djrq=_IMPOSSIBLE)),
        Defect("missing-required", _to("required", "marriage_registration"), _drop("jhzh")),
        Defect("unknown-code", _to("unmapped", "marriage_registration"), _if("zt", "1", zt="7")),
        Defect("too-long", _to("length", "marriage_registration"), _long("djy", "司马诸葛", 60)),
        Defect(DUPLICATE, _to(DUPLICATE, "marriage_registration"), _DUPLICATE),
    ),
    "hy_lhsq": (
        Defect("date-order", _to("rule", "divorce_application"), _days_from("sqrq", "ljq_z", 10)),
        Defect("same-person", _to("rule", "divorce_application"), _copy("nf_sfzh", "nvf_sfzh")),
        Defect("bad-check-digit", _to("check-digit", "divorce_application"), _bad_number("nvf_sfzh")),
        Defect("blank-name", _to("required", "divorce_application"), _set(nf_xm="\u3000")),
        Defect("missing-required", _to("required", "divorce_application"), _drop("hzh")),
        Defect("unmapped-office", _to("unmapped", "divorce_application"), _set(jgdm="HD99")),
        Defect("unknown-code", _to("unmapped", "divorce_application"), _if("zt", "BJ", zt="??")),
        Defect(DUPLICATE, _to(DUPLICATE, "divorce_application"), _DUPLICATE),
    ),
    "hy_lhdj": (
        Defect("date-order", _to("rule", "divorce_registration"), _days_from("djrq", "yjhrq", 30)),
        Defect("same-person", _to("rule", "divorce_registration"), _copy("nf_sfzh", "nvf_sfzh")),
        Defect("bad-check-digit", _to("check-digit", "divorce_registration"), _bad_number("nf_sfzh")),
        Defect("missing-required", _to("required", "divorce_registration"), _drop("lhzh")),
        Defect("unmapped-office", _to("unmapped", "divorce_registration"), _set(jgdm="HD99")),
        Defect("unknown-code", _to("unmapped", "divorce_registration"), _set(zt="7")),
        Defect("too-long", _to("length", "divorce_registration"), _long("znfy", "子女由女方抚养", 1_100)),
        Defect("birth-mismatch", _to("birth-date", "divorce_registration"), _days_from("nf_csrq", "nf_csrq", -1)),
        Defect(DUPLICATE, _to(DUPLICATE, "divorce_registration"), _DUPLICATE),
    ),
    "hy_blz": (
        Defect("same-person", _to("rule", "certificate_reissue"), lambda v: {"wt": "Y", "str": v["xm"], "str_sfzh": v["sfzh"]}),
        Defect("bad-check-digit", _to("check-digit", "certificate_reissue"), _bad_number("sfzh")),
        Defect("impossible-date", _to("format", "certificate_reissue"), _set(blrq=_IMPOSSIBLE)),
        Defect("missing-required", _to("required", "certificate_reissue"), _drop("xzh")),
        Defect("unmapped-office", _to("unmapped", "certificate_reissue"), _set(jgdm="TZ99")),
        Defect("unknown-code", _to("unmapped", "certificate_reissue"), _set(yy="??")),
        Defect("too-long", _to("length", "certificate_reissue"), _long("xm", "阿不都热合曼·", 60)),
        Defect(DUPLICATE, _to(DUPLICATE, "certificate_reissue"), _DUPLICATE),
    ),
    "hy_cx": (
        Defect("date-order", _to("rule", "marriage_annulment"), _days_from("sxrq", "blrq", -3)),
        Defect("same-person", _to("rule", "marriage_annulment"), _copy("nf_sfzh", "nvf_sfzh")),
        Defect("bad-check-digit", _to("check-digit", "marriage_annulment"), _bad_number("nf_sfzh")),
        Defect("expired-code", _to("code-expired", "marriage_annulment"), _set(yy="MD", sxrq=date(2021, 3, 1))),
        Defect("missing-required", _to("required", "marriage_annulment"), _drop("zcjg")),
    ),
    "hy_sc": (
        Defect("date-order", _to("rule", "registration_review"), _days_from("sqrq", "scrq", -1)),
        Defect("unknown-code", _to("unmapped", "registration_review", "refusal_notice"), _set(ywlx="QT")),
        Defect("missing-required", _to("required", "registration_review"), _drop("djy")),
        Defect("missing-required", {"registration_review": "rule", "refusal_notice": "required"}, _drop("byly")),
        Defect("too-long", _to("length", "registration_review"), _long("scyj", "材料齐全", 1_001)),
        Defect("bad-check-digit", _to("check-digit", "refusal_notice"), _bad_number("sqr_sfzh")),
        Defect(DUPLICATE, _to(DUPLICATE, "registration_review", "refusal_notice"), _DUPLICATE),
    ),
    "hy_yy": (
        Defect("same-person", _to("rule", "marriage_appointment"), _copy("nf_sfzh", "nvf_sfzh")),
        Defect("bad-check-digit", _to("check-digit", "marriage_appointment"), _bad_number("nvf_sfzh")),
        Defect("missing-required", _to("required", "marriage_appointment"), _drop("sjh")),
        Defect("unknown-code", _to("unmapped", "marriage_appointment"), _set(qd="FAX")),
        Defect("unmapped-office", _to("unmapped", "marriage_appointment"), _set(jgdm="YQ99")),
        Defect("too-long", _to("length", "marriage_appointment"), _set(sjh="13900000000转分机八八六六四四二二一")),
        Defect("inconsistent", _to("rule", "marriage_appointment"), _set(nf_sfzh=None)),
        Defect(DUPLICATE, _to(DUPLICATE, "marriage_appointment"), _DUPLICATE),
    ),
    "da_bl": (
        Defect("impossible-date", _to("format", "archive_backfill"), _set(djrq="1985年2月30日")),
        Defect("date-order", _to("rule", "archive_backfill"), _set(blrq="19300101")),
        Defect("same-person", _to("rule", "archive_backfill"), _copy("nvf_sfzh", "nf_sfzh")),
        Defect("bad-check-digit", _to("check-digit", "archive_backfill"), _bad_number("nvf_sfzh")),
        Defect("missing-required", _to("required", "archive_backfill"), _drop("dah")),
        Defect("unknown-code", _to("unmapped", "archive_backfill"), _set(lb="?")),
        Defect("too-long", _to("length", "archive_backfill"), _long("djjg", "北京市示例区示例街道办事处", 120)),
        Defect("blank-name", _to("rule", "archive_backfill"), _set(nf_xm="\u3000", nvf_xm=" ")),
        Defect("birth-mismatch", _to("birth-date", "archive_backfill"), _days_from("nf_csrq", "nf_csrq", -1)),
        Defect(DUPLICATE, _to(DUPLICATE, "archive_backfill"), _DUPLICATE),
    ),
    "da_aj": (
        Defect("not-a-number", _to("format", "marriage_archive"), _set(ys="十二页")),
        Defect("date-order", _to("rule", "marriage_archive"), _set(yjrq="20000101", jsg="示例档案馆")),
        Defect("impossible-date", _to("format", "marriage_archive"), _set(gdrq=_IMPOSSIBLE)),
        Defect("missing-required", _to("required", "marriage_archive"), _drop("ajh")),
        Defect("unknown-code", _to("unmapped", "marriage_archive"), _set(bgqx="?")),
        Defect("bad-amount", _to("range", "marriage_archive"), _set(ys="0")),
        Defect(DUPLICATE, _to(DUPLICATE, "marriage_archive"), _DUPLICATE),
    ),
    "dz_zz": (
        Defect("bad-credit-code", _to("check-digit", "marriage_e_certificate"), _bad_number("bfjg_dm")),
        Defect("bad-check-digit", _to("check-digit", "marriage_e_certificate"), _bad_number("czr_sfzh")),
        Defect("date-order", _to("rule", "marriage_e_certificate"), _days_from("bfrq", "ztrq", -1)),
        Defect("missing-required", _to("required", "marriage_e_certificate"), _drop("bs")),
        Defect("unknown-code", _to("unmapped", "marriage_e_certificate"), _set(zt="8")),
        Defect("blank-name", _to("required", "marriage_e_certificate"), _set(czr="\u3000\u3000")),
        Defect(DUPLICATE, _to(DUPLICATE, "marriage_e_certificate"), _DUPLICATE),
    ),
    "hy_xxgz": (
        Defect("inconsistent", _to("rule", "registration_correction"), _copy("q", "h")),
        Defect("missing-required", _to("required", "registration_correction"), _drop("yy")),
        Defect("too-long", _to("length", "registration_correction"), _long("yy", "姓名录入有误", 1_001)),
        Defect("impossible-date", _to("format", "registration_correction"), _set(gzrq=_IMPOSSIBLE)),
        Defect("unmapped-office", _to("unmapped", "registration_correction"), _set(jgdm="FS99")),
    ),
    "hy_zsly": (
        Defect("inconsistent", _to("rule", "blank_certificate_stock"), lambda values: {"jc": values["sl"] + 1}),
        Defect("bad-amount", _to("range", "blank_certificate_stock"), _set(zf=-1)),
        Defect("impossible-date", _to("format", "blank_certificate_stock"), _set(lyrq=_IMPOSSIBLE)),
        Defect("missing-required", _to("required", "blank_certificate_stock"), _drop("qsh")),
        Defect("unknown-code", _to("unmapped", "blank_certificate_stock"), _set(lx="?")),
        Defect("unmapped-office", _to("unmapped", "blank_certificate_stock"), _set(jgdm="PG99")),
        Defect(DUPLICATE, _to(DUPLICATE, "blank_certificate_stock"), _DUPLICATE),
    ),
    "bj_jbxx": (
        Defect("blank-name", _to("required", "up_pro_accept"), _set(sqr="\u3000")),
        Defect("missing-required", _to("required", "up_pro_accept"), _drop("sljg")),
        Defect("unknown-code", _to("unmapped", "up_pro_accept"), _set(sqfs="??")),
        Defect("bad-check-digit", _to("check-digit", "up_pro_accept"), _bad_number("lxr_sfzh")),
        Defect("date-order", _to("rule", "up_pro_accept"), _days_from("sqsj", "slsj", -1)),
        Defect("impossible-date", _to("format", "up_pro_accept"), _set(cnrq=_IMPOSSIBLE)),
        Defect("too-long", _to("length", "up_pro_accept"), _long("sqr", "北京市示例有限责任公司", 150)),
        Defect("not-a-number", _to("format", "up_pro_accept"), _set(sjh="1390000无效号码")),
        Defect(DUPLICATE, _to(DUPLICATE, "up_pro_accept"), _DUPLICATE),
    ),
    "bj_gc": (
        Defect("blank-name", _to("required", "up_pro_process"), _set(blr=" \u3000")),
        Defect("missing-required", _to("required", "up_pro_process"), _drop("blyj")),
        Defect("unknown-code", _to("unmapped", "up_pro_process"), _set(hjdm="??")),
        Defect("date-order", _to("rule", "up_pro_process"), _days_from("kssj", "jssj", -1)),
        Defect("too-long", _to("length", "up_pro_process"), _long("blyj", "情况属实", 2_100)),
        Defect(DUPLICATE, _to(DUPLICATE, "up_pro_process"), _DUPLICATE),
    ),
    "bj_jg": (
        Defect("missing-required", _to("required", "up_pro_result"), _drop("bjsj")),
        Defect("unknown-code", _to("unmapped", "up_pro_result"), _set(jg="??")),
        Defect("inconsistent", _to("rule", "up_pro_result"), _set(jg="BY", sm=None)),
        Defect("too-long", _to("length", "up_pro_result"), _long("zzmc", "证照名称", 300)),
        Defect(DUPLICATE, _to(DUPLICATE, "up_pro_result"), _DUPLICATE),
    ),
    "bj_cl": (
        Defect("missing-required", _to("required", "up_pro_material"), _drop("clmc")),
        Defect("unknown-code", _to("unmapped", "up_pro_material"), _set(tjfs="CZ")),
        Defect("bad-amount", _to("range", "up_pro_material"), _set(fs=-1)),
        Defect("too-long", _to("length", "up_pro_material"), _long("clmc", "申请材料", 250)),
        Defect(DUPLICATE, _to(DUPLICATE, "up_pro_material"), _DUPLICATE),
    ),
    "bj_tbcx": (
        Defect("missing-required", _to("required", "up_pro_special_procedure"), _drop("yy")),
        Defect("unknown-code", _to("unmapped", "up_pro_special_procedure"), _set(lx="ZZ")),
        Defect("date-order", _to("rule", "up_pro_special_procedure"), _days_from("kssj", "jssj", -1)),
    ),
    "ff_pc": (
        Defect("missing-required", _to("required", "disbursement_batch"), _drop("wtdwh")),
        Defect("unknown-code", _to("unmapped", "disbursement_batch"), _set(xmdm="JYBT")),
        Defect("bad-amount", _to("range", "disbursement_batch"), _set(rs=0)),
        Defect("inconsistent", _to("rule", "disbursement_batch"), _set(je=Decimal("0.01"), rs=9)),
    ),
    "ff_mx": (
        Defect("blank-name", _to("required", "disbursement_detail"), _set(xm="\u3000")),
        Defect("missing-required", _to("required", "disbursement_detail"), _drop("zh")),
        Defect("bad-check-digit", _to("check-digit", "disbursement_detail"), _bad_number("sfzh")),
        Defect("unknown-code", _to("unmapped", "disbursement_detail"), _set(khh="XYZ")),
        Defect("bad-amount", _to("range", "disbursement_detail"), _set(je=Decimal("-100.00"))),
        Defect("too-long", _to("length", "disbursement_detail"), _long("xm", "阿不都热合曼·", 70)),
        Defect(DUPLICATE, _to(DUPLICATE, "disbursement_detail"), _DUPLICATE),
    ),
}
