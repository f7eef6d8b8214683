"""What every format, system and reader promises, checked for each file that there is in adapters/.

Nothing is listed here. A new format is found by itself; if it cannot be created without settings, they stand in
tests/adapters/peers/<name>.json. A new system needs a partner to talk to: tests/adapters/peers/<name>.py.
"""

import hashlib
import importlib
import importlib.util
import json
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import jsonschema
import pyarrow as pa
import pytest

import adapters
from hub.interface import (
    Absent,
    Awaiting,
    Column,
    Confirmed,
    DataError,
    Heading,
    HubError,
    Layout,
    Part,
    PermanentError,
    Rejected,
)

ROOM = Path(adapters.__file__).parent
PEERS = Path(__file__).parent / "peers"
LIMITS = {"systems": 150, "formats": 100, "readers": 150}
LAYOUT = Layout(
    "person",
    "人员",
    (
        Column("bh", "编号", pa.string(), "an..30", required=True),
        Column("xm", "姓名", pa.string(), "c..50"),
        Column("csrq", "出生日期", pa.string(), "d8"),
        Column("rs", "人数", pa.int64(), "n..9"),
        Column("je", "金额", pa.decimal128(17, 2), "n..17,2"),
    ),
    ("bh",),
    "bh",
)
HEADING = Heading("202601010200abcdef010001", "p/person", "2026-01-01-02:00", "s@1.0.0", "2026-01-01 04:00:01")
ROWS = [
    {"bh": "0001", "xm": "司马\u3000相如", "csrq": "20240229", "rs": 7, "je": Decimal("123456789012345.67")},
    {"bh": "0002", "xm": None, "csrq": None, "rs": None, "je": None},
    {"bh": "0003", "xm": '"引号", \\和, 逗号', "csrq": "19491001", "rs": -1, "je": Decimal("-0.05")},
]


def modules(kind):
    """The names in adapters/<kind>/."""
    return sorted(path.stem for path in (ROOM / kind).glob("*.py") if path.stem != "__init__")


def loaded(kind, name):
    """The module, as the hub loads it."""
    return importlib.import_module(f"adapters.{kind}.{name}")


def batch(rows=ROWS):
    """Rows as the layout types them."""
    return pa.RecordBatch.from_pylist(rows, schema=LAYOUT.schema())


def created(name):
    """The format, with the settings that it cannot do without."""
    module = loaded("formats", name)
    path = PEERS / f"{name}.json"
    if module.SETTINGS.get("required") and not path.exists():
        pytest.fail(f"adapters/formats/{name}.py needs settings: write an example into tests/adapters/peers/{name}.json")
    return module.create(json.loads(path.read_text()) if path.exists() else {})


def peer_module(name):
    """tests/adapters/peers/<name>.py."""
    path = PEERS / f"{name}.py"
    if not path.exists():
        return None
    spec = importlib.util.spec_from_file_location(f"peer_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def variants():
    """Each system with each kind of partner it can have."""
    found = [(name, peer_module(name)) for name in modules("systems")]
    return [(name, variant) for name, peer in found for variant in getattr(peer, "VARIANTS", ("",))]


@pytest.fixture(params=modules("formats"))
def format(request):
    """Every format that exists."""
    return created(request.param)


@pytest.fixture(params=variants(), ids=lambda pair: "-".join(filter(None, pair)))
def peer(request):
    """Every system that exists, with a partner: ``settings``, ``effects``, ``answer``, ``down``, ``secrets``."""
    name, variant = request.param
    module = peer_module(name)
    if module is None:
        pytest.fail(f"adapters/systems/{name}.py has no partner to be tested with: write tests/adapters/peers/{name}.py")
    with module.opened(variant, request) as peer:
        peer.name = name
        peer.encoder = created(getattr(peer, "format", "csv"))
        peer.connect = lambda settings=peer.settings: closing(loaded("systems", name).connect(settings, peer.encoder))
        yield peer


@pytest.fixture
def part(peer, tmp_path):
    """A part of three rows in a spool."""
    return spooled(peer, tmp_path / "part", ROWS)


def spooled(peer, path, rows):
    """A part whose id does not depend on its rows, so that two can have the same."""
    payload = peer.encoder.encode(batch(rows), LAYOUT, HEADING)
    path.write_bytes(payload)
    digest = hashlib.sha256(payload).hexdigest()
    more = (peer.encoder.suffix, peer.encoder.media_type, "checkpoint\nof the log\n")
    return Part("ab" * 32, 1, HEADING, LAYOUT, path, digest, len(rows), *more)


def settled(peer, system, part):
    """Send, let the partner answer, ask."""
    outcome = system.deliver(part)
    assert isinstance(outcome, Confirmed | Awaiting), outcome
    peer.answer(part)
    return system.ask(part)


@pytest.mark.parametrize("kind", LIMITS)
def test_files_stay_small(kind):
    """An adapter is read in one sitting."""
    for name in modules(kind):
        lines = len((ROOM / kind / f"{name}.py").read_text().splitlines())
        assert lines <= LIMITS[kind], f"adapters/{kind}/{name}.py has {lines} lines, the limit is {LIMITS[kind]}"


@pytest.mark.parametrize("path", sorted(ROOM.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOM)))
def test_adapters_know_one_page_of_the_hub(path):
    """Of the hub an adapter imports hub.interface and nothing else."""
    hub = [line.strip() for line in path.read_text().splitlines() if line.strip().startswith(("from hub", "import hub"))]
    assert all(line.startswith("from hub.interface import") for line in hub)


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in LIMITS for name in modules(kind)])
def test_settings_are_a_closed_schema(kind, name):
    """SETTINGS is a JSON Schema, an unknown key is a mistake on every level, and what is secret is text."""
    schema = loaded(kind, name).SETTINGS
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"
    unclosed = [place for place, found in objects(schema, name) if "additionalProperties" not in found]
    assert unclosed == []
    assert json.loads(json.dumps(schema)) == schema
    assert all(found["type"] == "string" for _, found in objects(schema, name, "secret"))


def objects(schema, place, key="properties"):
    """Every sub-schema that has ``key``, with its place."""
    if isinstance(schema, dict):
        if key in schema and (key != "properties" or schema.get("type") == "object"):
            yield place, schema
        for name, inner in schema.items():
            yield from objects(inner, f"{place}.{name}", key)


def test_a_format_says_what_it_is(format):
    """A suffix for file names, a media type for HTTP."""
    assert format.suffix.startswith(".")
    assert "/" in format.media_type


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], []], ids=["three", "one", "none"])
def test_a_format_gives_back_what_it_wrote(format, rows):
    """Nulls, exact decimals, quotes and U+3000 come back as they were, typed as the layout says."""
    payload = format.encode(batch(rows), LAYOUT, HEADING)
    assert isinstance(payload, bytes)
    assert format.decode(payload, LAYOUT).equals(batch(rows))
    assert format.encode(batch(rows), LAYOUT, HEADING) == payload


@pytest.mark.parametrize("payload", [b"\x00\xff\xfe", "不是这种格式\n".encode(), b"<x/>"], ids=["bytes", "text", "xml"])
def test_a_format_refuses_what_it_did_not_write(format, payload):
    """A payload of another kind is a DataError that does not repeat it."""
    with pytest.raises(DataError) as caught:
        format.decode(payload, LAYOUT)
    assert "不是这种格式" not in str(caught.value)


def test_a_partner_fits_or_says_why(peer):
    """A probe of a partner that is as agreed finds nothing wrong, and sends nothing."""
    with peer.connect() as system:
        assert list(system.probe([LAYOUT])) == []


def test_a_part_arrives_once(peer, part):
    """Absent before, confirmed with our digest and all rows after; sending again has no second effect."""
    with peer.connect() as system:
        assert system.ask(part) == Absent()
        answer = settled(peer, system, part)
        assert isinstance(answer, Confirmed)
        assert (answer.sha256, answer.accepted, answer.faults) == (part.sha256, part.rows, ())
        assert answer.receipt
        assert peer.effects(part) == 1
        again = system.deliver(part)
        assert isinstance(again, Confirmed)
        assert again.sha256 == part.sha256
        assert peer.effects(part) == 1


def test_another_process_finds_the_part(peer, part):
    """What was sent by a process that died is found by the next one, and is not sent twice."""
    with peer.connect() as system:
        system.deliver(part)
    with peer.connect() as system:
        assert not isinstance(system.ask(part), Absent)
        assert isinstance(settled(peer, system, part), Confirmed)
        assert peer.effects(part) == 1


def test_the_same_id_with_another_body_is_refused(peer, part, tmp_path):
    """Bytes that are not ours under our id are never success."""
    other = spooled(peer, tmp_path / "other", [*ROWS[:2], ROWS[2] | {"rs": -2}])
    assert (other.id, other.file_name) == (part.id, part.file_name)
    assert other.sha256 != part.sha256
    with peer.connect() as system:
        assert isinstance(settled(peer, system, part), Confirmed)
        for outcome in (attempt(system.deliver, other), attempt(system.ask, other)):
            assert isinstance(outcome, Rejected | PermanentError) or getattr(outcome, "sha256", "") != other.sha256
        assert isinstance(attempt(system.deliver, other), Rejected | PermanentError)
        assert peer.effects(part) == 1


def attempt(call, part):
    """The outcome, or the error as one."""
    try:
        return call(part)
    except PermanentError as error:
        return error


def test_closing_twice_is_closing(peer, part):
    """close() never raises: before the first call, after one, and again."""
    with peer.connect() as system:
        system.close()
    with peer.connect() as system:
        system.ask(part)
        system.close()


def test_a_partner_that_is_down_is_named_without_secrets(peer, part):
    """Nothing left, so it is safe to try again (or a setting is to be mended); no secret and no row is in the message."""
    with peer.connect(peer.down) as system:
        for call in (lambda: system.deliver(part), lambda: system.probe([LAYOUT])):
            caught = told(call)
            assert isinstance(caught, HubError | str), caught
            assert not any(secret in str(caught) for secret in (*peer.secrets, "相如"))
            assert caught == str(caught) or caught.__suppress_context__ or caught.__context__ is None


def told(call):
    """What a call complains of: the problems that it returns as text, or its error."""
    try:
        return "\n".join(call()) or None
    except HubError as error:
        return error
