"""How fast and how big the kernel is: 40 columns, 8 code lists, 12 rules, 3 % defects; a plain script, no test.

    python tests/bench/kernel.py [--rows 1000000] [--batch 50000] [--parts]

Prints rows per second of CPU (time.process_time, median of 5 passes) and the growth of peak memory. ``--parts`` also times the
alternatives between which the kernel chose, each as nanoseconds per value.
"""

import argparse
import multiprocessing
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta

import pyarrow as pa

from hub.contract.model import Code, CodeList, Element, Field, Notation, Rule, Table
from hub.kernel.compile import compile_kernel
from hub.kernel.engine import Engine
from hub.mapping.expression import parse
from hub.mapping.model import Crosswalk, FieldMap, Mapping, Source, SourceColumn
from hub.plan import Kernel
from hub.problem import Place

HERE = Place("tests/bench/kernel.py")
PASSES = 5


def code_list(name: str, codes: list[str], dated: bool = False) -> CodeList:
    """A list; of a dated one every tenth code ended in 2011."""
    ended = date(2011, 1, 1)
    spans = {code: (Code(code, code, None, ended if dated and n % 10 == 9 else None),) for n, code in enumerate(codes)}
    return CodeList(name, name, spans, False, HERE)


ETHNIC = code_list("GB/T 3304-1991", [f"{n:02d}" for n in range(1, 57)] + ["97", "98"])
LISTS = {
    "card": code_list(
        "GA/T 2000.156", ["111", "112", "113", "114", "115", "117", "335", "414", "420", "421", "511", "516", "553", "990"]
    ),
    "ethnic": ETHNIC,
    "marital": code_list("GB/T 2261.2-2003", ["10", "20", "21", "22", "23", "30", "40", "90"]),
    "division": code_list("GB/T 2260-2007", [f"{n}" for n in range(110000, 113200)], dated=True),
    "education": code_list("GB/T 4658-2006", [f"{n}" for n in range(10, 50)]),
    "yes": code_list("本地-是否", ["0", "1"]),
    "status": code_list("本地-登记状态", ["1", "2", "3", "4", "5"]),
    "channel": code_list("本地-渠道", ["1", "2", "3", "4"]),
}
PERSON = (
    ("xm", "姓名", "c", 1, 50, None, None),
    ("zjlx", "证件类型代码", "n", 3, 3, "card", None),
    ("zjhm", "证件号码", "an", 1, 32, None, "gb11643"),
    ("csrq", "出生日期", "d", 8, 8, None, None),
    ("mz", "民族代码", "n", 2, 2, "ethnic", None),
    ("whcd", "文化程度代码", "n", 2, 2, "education", None),
    ("hyzk", "婚姻状况代码", "n", 2, 2, "marital", None),
    ("xzqh", "行政区划代码", "n", 6, 6, "division", None),
    ("dz", "地址", "c", 1, 300, None, None),
    ("dh", "电话", "c", 1, 20, None, None),
    ("dw", "工作单位", "c", 1, 100, None, None),
)
OTHERS = (
    ("djbh", "登记编号", "c", 1, 64, None, None),
    ("zzh", "证字号", "c", 1, 64, None, None),
    ("yzh", "印制号", "an", 1, 20, None, None),
    ("djjg", "登记机关代码", "n", 8, 8, None, None),
    ("djrq", "登记日期", "d", 8, 8, None, None),
    ("sqsj", "申请时间", "t", 14, 14, None, None),
    ("swbz", "涉外标志", "n", 1, 1, "yes", None),
    ("fhbz", "复婚标志", "n", 1, 1, "yes", None),
    ("djzt", "登记状态代码", "n", 1, 1, "status", None),
    ("qd", "渠道代码", "n", 1, 1, "channel", None),
    ("djy", "登记员姓名", "c", 1, 50, None, None),
    ("fy", "费用", "n", 1, 10, None, None),
    ("fs", "份数", "n", 1, 3, None, None),
    ("jgdm", "机构信用代码", "an", 18, 18, None, "gb32100"),
    ("jgmc", "机构名称", "c", 1, 100, None, None),
    ("bz", "备注", "c", 1, 1000, None, None),
    ("czr", "操作人", "c", 1, 50, None, None),
    ("xgsj", "修改时间", "t", 14, 14, None, None),
)
REQUIRED = {"djbh", "zzh", "djjg", "djrq", "nan_xm", "nan_zjlx", "nan_zjhm", "nan_csrq", "nv_xm", "nv_zjlx", "nv_zjhm", "nv_csrq"}
RULES = (
    "nan_zjhm <> nv_zjhm",
    "TRY_CAST(djrq AS INTEGER) - TRY_CAST(nan_csrq AS INTEGER) >= 200000",
    "TRY_CAST(djrq AS INTEGER) - TRY_CAST(nv_csrq AS INTEGER) >= 180000",
    "djrq < '19810101' OR TRY_CAST(djrq AS INTEGER) - TRY_CAST(nan_csrq AS INTEGER) >= 200000",
    "swbz = '1' OR nan_zjlx IN ('111', '112')",
    "fhbz = '0' OR nan_hyzk IN ('40', '23')",
    "nan_hyzk NOT IN ('20', '21', '22')",
    "nv_hyzk NOT IN ('20', '21', '22')",
    "left(sqsj, 8) <= djrq",
    "fy >= 0",
    "djzt <> '5' OR bz IS NOT NULL",
    "substr(djjg, 1, 2) = substr(nan_xzqh, 1, 2)",
)


def field(row: tuple[str, str, str, int, int, str | None, str | None], prefix: str = "", who: str = "") -> Field:
    """One line of the tables above as a Field; a fee has two decimals."""
    short, title, kind, low, high, codes, check = row
    notation = Notation(kind, low, high, 2 if short == "fy" else 0)
    element = Element(title, short, short, notation, title, HERE, codes, check)
    name = prefix + short
    return Field(name, who + title, element, notation, name in REQUIRED, LISTS[codes] if codes else None, None, HERE)


def table() -> Table:
    """The target: 40 fields."""
    fields = [field(row) for row in OTHERS]
    fields += [field(row, f"{prefix}_", who) for prefix, who in (("nan", "男方"), ("nv", "女方")) for row in PERSON]
    rules = tuple(Rule(f"规则{n}", parse(sql).sql, "error", HERE) for n, sql in enumerate(RULES))
    return Table(
        "jinmin",
        "1.0.0",
        "bench",
        "B",
        "基准",
        "婚姻登记",
        "一行",
        ("djbh",),
        {f.name: f for f in fields},
        rules,
        "djrq",
        {},
        "",
        HERE,
    )


def mapping(target: Table) -> tuple[Mapping, Source]:
    """Renames, four expressions, a constant, two inline crosswalks and one of 58 pairs; deletes."""
    walk = Crosswalk("ethnic", {f"M{code}": code for code in ETHNIC.codes}, {}, HERE)
    state = Crosswalk("state", {"A": "1", "B": "2", "C": "3", "D": "4", "E": "5"}, {}, HERE)
    special = {
        "nan_mz": ("r.nan_mz", walk),
        "nv_mz": ("r.nv_mz", walk),
        "djzt": ("r.djzt", state),
        "zzh": ("concat(r.zzh, '号')", None),
        "bz": ("coalesce(r.bz, r.jgmc)", None),
        "swbz": ("CASE WHEN r.swbz = 'Y' THEN '1' ELSE '0' END", None),
        "dh": ("r.dh", None),
    }
    made = {}
    for name in target.fields:
        sql, crosswalk = special.get(name, (f"r.{name}", None))
        parsed = parse(sql)
        made[name] = FieldMap(name, parsed.sql, None, crosswalk, "reject", parsed.columns, HERE)
    made["jgmc"] = FieldMap("jgmc", None, "杭州市西湖区民政局", None, "reject", (), HERE)
    dates = {name for name, f in target.fields.items() if f.notation.kind == "d"}
    times = {name for name, f in target.fields.items() if f.notation.kind == "t"}
    columns = {
        name: SourceColumn("t", name, "date" if name in dates else "timestamp" if name in times else "text", name, HERE)
        for name in target.fields
    } | {"flag": SourceColumn("t", "flag", "text", "", HERE)}
    source = Source("bench", "", "sql", {}, {"t": columns}, "Asia/Shanghai", HERE)
    return (
        Mapping(
            "bench", "jinmin", "1.0.0", "bench", "bench", "t r", {"r": "t"}, None, None, "r.flag = 'D'", made, (), (), "", HERE
        ),
        source,
    )


def id_number(dice: random.Random, born: date) -> str:
    """Made up, with a right check character (ISO 7064 MOD 11-2)."""
    body = f"{dice.randrange(110101, 113000)}{born:%Y%m%d}{dice.randrange(1000):03d}"
    return body + "10X98765432"[sum(int(d) * (1 << 17 - n) for n, d in enumerate(body)) % 11]


def credit_code(dice: random.Random) -> str:
    """Made up, with a right check character (GB 32100)."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"52{dice.randrange(110101, 113000)}" + "".join(dice.choice(alphabet) for _ in range(9))
    return body + alphabet[-sum(alphabet.index(c) * pow(3, n, 31) for n, c in enumerate(body)) % 31]


def row(dice: random.Random, number: int, offices: list[str]) -> dict[str, str | None]:
    """One couple in the local system's own spelling."""
    day = date(2012, 1, 1) + timedelta(dice.randrange(4000))
    made: dict[str, str | None] = {
        "djbh": f"J110108-2024-{number:08d}",
        "zzh": f"京海结字第{number:08d}",
        "yzh": f"P{number:010d}",
        "djjg": f"1101{dice.randrange(10000):04d}",
        "djrq": day.isoformat(),
        "sqsj": f"{day - timedelta(3)} {dice.randrange(8, 18):02d}:{dice.randrange(60):02d}:00",
        "swbz": "N",
        "fhbz": "0",
        "djzt": dice.choice("ABC"),
        "qd": dice.choice("1234"),
        "djy": dice.choice(("李静", "王芳", "张伟")),
        "fy": f"{dice.randrange(100)}.{dice.randrange(100):02d}",
        "fs": str(dice.randrange(1, 9)),
        "jgdm": dice.choice(offices),
        "jgmc": None,
        "bz": None if dice.random() < 0.7 else "双方自愿，材料齐全",
        "czr": f"user{dice.randrange(50)}",
        "xgsj": f"{day} 17:{dice.randrange(60):02d}:{dice.randrange(60):02d}",
        "flag": "D" if dice.random() < 0.01 else "N",
    }
    for prefix in ("nan", "nv"):
        born = date(1960, 1, 1) + timedelta(dice.randrange(9000))
        made |= {
            f"{prefix}_xm": dice.choice("赵钱孙李周吴郑王") + dice.choice(("伟", "芳", "秀英", "敏", "静", "𠮷")),
            f"{prefix}_zjlx": "111",
            f"{prefix}_zjhm": id_number(dice, born),
            f"{prefix}_csrq": born.isoformat(),
            f"{prefix}_mz": f"M{dice.randrange(1, 57):02d}",
            f"{prefix}_whcd": str(dice.randrange(10, 50)),
            f"{prefix}_hyzk": dice.choice(("10", "10", "30", "40")),
            f"{prefix}_xzqh": str(dice.randrange(110000, 113200) // 10 * 10 + dice.randrange(9)),
            f"{prefix}_dz": f"北京市海淀区中关村大街{dice.randrange(1, 999)}号院{dice.randrange(1, 99)}号楼",
            f"{prefix}_dh": f"138{dice.randrange(10**8):08d}",
            f"{prefix}_dw": None if dice.random() < 0.3 else "某某科技有限公司",
        }
    return made


DEFECTS = (
    ("nan_zjhm", "11010119900101001A"),
    ("nv_mz", "ZZ"),
    ("nan_whcd", "99"),
    ("djrq", "2024-02-30"),
    ("nan_xm", None),
    ("fy", "1.005"),
    ("nv_xzqh", "999999"),
    ("yzh", "P-12"),
    ("nan_dz", "很" * 301),
    ("nv_hyzk", "20"),
)


def batches(rows: int, size: int, names: list[str]) -> Iterator[pa.RecordBatch]:
    """The same rows at every run, 3 % of them with one defect of ten kinds."""
    dice = random.Random(20261122)
    offices = [credit_code(dice) for _ in range(200)]
    for start in range(0, rows, size):
        made = [row(dice, number, offices) for number in range(start, min(rows, start + size))]
        for each in made:
            if dice.random() < 0.03:
                name, value = dice.choice(DEFECTS)
                each[name] = value
        yield pa.RecordBatch.from_arrays(
            [pa.array([each[n] for each in made], pa.string()) for n in names], [f"r.{n}" for n in names]
        )


def peak() -> float:
    """MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def written(rows: int, size: int, path: str) -> None:
    """The batches as a file; made by another process, whose memory is not ours."""
    target = table()
    names = list(mapping(target)[1].tables["t"])
    with (
        pa.OSFile(path, "wb") as sink,
        pa.ipc.new_file(sink, pa.schema([(f"r.{name}", pa.string()) for name in names])) as writer,
    ):
        for batch in batches(rows, size, names):
            writer.write_batch(batch)


def whole(rows: int, size: int) -> None:
    """The kernel as the hub runs it."""
    target = table()
    made, source = mapping(target)
    began = time.process_time()
    kernel = compile_kernel(made, target, source)
    print(f"compile {time.process_time() - began:.3f} s, {len(kernel.sql):,} characters, {len(kernel.findings)} findings")
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/batches.arrow"
        maker = multiprocessing.get_context("spawn").Process(target=written, args=(min(rows, 4 * size), size, path))
        maker.start()
        maker.join()
        before = peak()
        seconds = [one_pass(kernel, target, path, rows) for _ in range(PASSES)]
    spent = statistics.median(spent for spent, _ in seconds)
    print(
        f"{rows:,} rows in {spent:.2f} s of CPU (median of {PASSES}): {rows / spent:,.0f} rows/s/core; {seconds[0][1]}; "
        f"peak {peak():.0f} MiB (+{peak() - before:.0f})"
    )


def one_pass(kernel: Kernel, target: Table, path: str, rows: int) -> tuple[float, str]:
    """CPU seconds of making an engine and transforming ``rows`` rows, reading them not counted; what became of them."""
    count = done = accepted = rejected = warned = 0
    began = time.process_time()
    with Engine(kernel, target, date(2026, 11, 22)) as engine, pa.OSFile(path) as file:
        reader = pa.ipc.open_file(file)
        reading = 0.0
        while done < rows:
            paused = time.process_time()
            batch = reader.get_batch(count % reader.num_record_batches)
            count += 1
            reading += time.process_time() - paused
            parts = engine.transform(batch)
            done += batch.num_rows
            accepted += parts.accepted.num_rows
            rejected += parts.rejected.num_rows
            warned += sum(parts.warnings.values())
    return time.process_time() - began - reading, f"{accepted:,} accepted, {rejected:,} rejected, {warned:,} warnings"


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=400_000)
    options.add_argument("--batch", type=int, default=50_000)
    options.add_argument("--parts", action="store_true")
    arguments = options.parse_args()
    whole(arguments.rows, arguments.batch)
