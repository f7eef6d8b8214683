"""The words of data dictionaries: headings, labels, and the vocabularies of their cells. Pure data and comparison."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

_NOISE = re.compile(r"[\s*:()\[\]_\-/.]+")


@lru_cache(maxsize=16384)  # every cell is asked several times whether it is a heading
def plain(text: str) -> str:
    """A heading for comparison: half-width, small letters, without blanks and punctuation."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).lower()


def half(text: str) -> str:
    """A name or code with half-width letters and digits, without blanks around it."""
    return unicodedata.normalize("NFKC", text).strip()


def same_list(name: str) -> str:
    """The name of a code list for comparison: ``GB/T 2261.1—2003`` is ``GB/T 2261.1-2003``."""
    return re.sub(r"\s+", "", re.sub(r"[‐‑‒–—―－]+", "-", unicodedata.normalize("NFKC", name))).lower()


def _index(words: Mapping[str, str]) -> Mapping[str, str]:
    return {plain(word): column for column, known in words.items() for word in (column, *known.split())}


_SPOKEN: Mapping[str, Mapping[str, str]] = {
    "field": {
        "number": "序号 项号 行号 no",
        "name": "字段名 字段英文名 字段代码 英文名称 英文名 英文字段名 列名 数据项标识 数据项代码 字段标识",
        "title": "中文名称 中文名 字段中文名 字段中文名称 中文字段名 数据项名称 数据项",
        "element": "数据元 数据元名称 对应数据元 引用数据元",
        "format": "格式 数据格式 表示格式 数据类型及格式 类型及长度 数据元值的格式",
        "type": "类型 数据类型 字段类型",
        "length": "长度 数据长度 字段长度",
        "required": "必填 是否必填 必填项 约束 约束条件 约束性 必选 是否必选 m/o/c m/o",
        "nullable": "是否为空 允许为空 可为空 是否允许为空 是否可空 可空 nullable",
        "either": "字段名称 名称",
        "codes": "值域 代码表 值域代码 引用代码 代码集 codelist",
        "key": "主键 是否主键 pk",
        "references": "引用 外键 引用字段 关联字段 引用表字段 reference fk",
        "min": "最小值 minimum",
        "max": "最大值 maximum",
        "remark": "说明 备注 描述 字段说明 remark description definition note",
    },
    "element": {
        "number": "序号 no",
        "id": "标识 标识符 内部标识符 数据元标识 数据元标识符 数据元编号 编号",
        "name": "名称 中文名称 数据元名称 数据元 element",
        "short": "短名 缩写 短名称 拼音缩写",
        "format": "格式 数据格式 表示格式 数据类型及格式 数据元值的格式",
        "type": "类型 数据类型",
        "length": "长度 数据长度",
        "codes": "值域 代码表 值域代码 引用代码",
        "check": "校验 校验规则",
        "min": "最小值",
        "max": "最大值",
        "unit": "单位 计量单位",
        "level": "敏感级别 数据级别 分级 安全级别",
        "personal": "个人信息 是否个人信息",
        "mask": "脱敏 脱敏方式",
        "synonyms": "同义词 同义名称",
        "status": "状态",
        "definition": "定义 说明",
        "file": "文件",
    },
    "code": {
        "number": "序号 no",
        "list": "代码表 代码表名 值域 值域名称",
        "code": "代码 值 代码值",
        "name": "名称 代码名称 含义 值含义",
        "list title": "代码表标题",
        "valid_from": "生效日期 启用日期",
        "valid_to": "失效日期 停用日期",
        "replaced_by": "替代代码",
    },
    "table": {
        "number": "序号 no",
        "table": "表名 英文表名 表标识 表英文名 数据集标识",
        "code": "表代码 表编号 数据集代码 数据集编号",
        "title": "表标题 中文表名 表中文名 数据集名称",
        "domain": "业务域 业务领域",
        "folder": "目录 文件夹",
        "grain": "粒度 每行含义",
        "as_of": "时点字段",
        "share": "共享类型",
        "condition": "共享条件",
        "period": "更新周期",
        "provider": "提供方 数据提供方",
        "description": "说明",
    },
    "rule": {
        "number": "序号 no",
        "table": "表名 英文表名 表标识",
        "name": "规则 规则名称",
        "sql": "表达式 条件",
        "severity": "级别 严重程度",
    },
    "release": {"item": "项目", "content": "内容"},
}
"""Kind of a block: what a column is -> the headings that say so; the first is that of the hub's own layout."""

HEADINGS: Mapping[str, Mapping[str, str]] = {kind: _index(words) for kind, words in _SPOKEN.items()}
"""Kind of a block: heading as ``plain`` writes it -> what the column is."""

SIGNATURES: Mapping[str, frozenset[str]] = {
    "release": frozenset({"item", "content"}),
    "rule": frozenset({"name", "sql"}),
    "table": frozenset({"table", "title", "domain"}),
    "element": frozenset({"id", "name", "definition"}),
    "field": frozenset({"name", "title"}),
    "code": frozenset({"code", "name"}),
}
"""The columns by which a header is known; kinds in the order in which they are tried."""

CATALOG = ("share", "condition", "period", "provider")
CATALOG_PREFIX = "编目"

LABELS: Mapping[str, Mapping[str, str]] = {
    "field": HEADINGS["table"],
    "code": _index(
        {
            "list": "代码表 代码表名 值域 值域名称",
            "title": "代码表标题 标题",
            "local": "自编 是否自编",
            "file": "文件",
            "note": "备注",
        }
    ),
}
"""Labels with a value beside them, above the header of a block of this kind."""

RELEASE: Mapping[str, str] = _index(
    {
        "standard": "标准",
        "version": "版本",
        "title": "标题 标准名称",
        "authority": "发布单位 发布机构",
        "status": "状态",
        "effective_from": "生效日期 实施日期",
        "description": "说明",
    }
)
SOURCE_PREFIX = "来源"

_WORDS: Mapping[str, Mapping[str, str]] = {
    "yes or no": {"true": "是 y yes true", "false": "否 n no false"},
    "required": {"true": "必填 必选 m 是 y yes true 1", "false": "选填 可选 非必填 o 否 n no false 0"},
    "level": {"一般": "", "重要": "", "敏感": ""},
    "severity": {"error": "错误", "warning": "提醒 警告"},
    "status": {"draft": "草稿", "published": "已发布 发布", "retired": "已废止 废止"},
    "state": {"draft": "草稿", "current": "现行", "retired": "废止"},
}
VOCABULARIES: Mapping[str, Mapping[str, str]] = {
    name: {word: value for value, known in words.items() for word in (value, *known.split())} for name, words in _WORDS.items()
}
"""What a cell may say -> what a release says."""

TICKS = frozenset("√✓✔●■")
CONDITIONAL = frozenset({"c", "条件必填", "条件必选", "有条件", "条件"})


def heading(kind: str, meaning: str) -> str:
    """The heading of a column in the hub's own layout."""
    return _SPOKEN[kind][meaning].split()[0]


def chinese(vocabulary: str, value: str) -> str:
    """The first Chinese word that says ``value``; itself if there is none."""
    return next(iter(_WORDS[vocabulary][value].split()), value)


def known(words: Iterable[str]) -> str:
    """Words for a cure."""
    return "write one of: " + ", ".join(dict.fromkeys(words))
