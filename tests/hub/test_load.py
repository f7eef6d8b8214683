"""The whole repository: releases, files that nobody reads, follow-on silence, and the repository of this project itself."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hub.compiled import compiled
from hub.load import load

STANDARD = "contracts/mini/1.0.0"
TODAY = date(2026, 11, 22)


def codes(checkout: Any, today: date = TODAY) -> list[str]:
    return [f"{problem.code}@{problem.place}" for problem in load(checkout.root, today)[1]]


def release(checkout: Any, version: str, day: str, status: str = "published") -> None:
    """Another release of the standard with the same content."""
    for path in sorted((checkout.root / STANDARD).rglob("*.*")):
        if path.is_file():
            target = checkout.root / "contracts" / "mini" / version / path.relative_to(checkout.root / STANDARD)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    path = f"contracts/mini/{version}/standard.yaml"
    checkout.edit(path, "version: 1.0.0", f"version: {version}")
    checkout.edit(path, "2026-01-01", day)
    checkout.edit(path, "published", status)


def test_a_sound_checkout_has_everything(checkout: Any) -> None:
    """One standard, one source, two mappings, one partner, one schedule, no problem."""
    repository, problems = load(checkout.root, TODAY)
    assert problems == ()
    assert list(repository.standards) == ["mini@1.0.0"]
    assert (list(repository.sources), list(repository.partners), list(repository.schedules)) == (
        ["local"],
        ["centre"],
        ["to_centre"],
    )
    assert sorted(mapping.name for mapping in repository.mappings) == ["office", "person"]
    found = repository.mapping("mini", "1.0.0", "person")
    assert found is not None
    assert found.name == "person"
    assert repository.mapping("mini", "2.0.0", "person") is None


def test_an_empty_root_is_an_empty_repository(tmp_path: Path) -> None:
    """Nothing is wrong with nothing."""
    repository, problems = load(tmp_path)
    assert problems == ()
    assert repository.mappings == ()


def test_without_a_version_the_newest_release_in_force_is_meant(checkout: Any) -> None:
    """2.10.0 is newer than 2.9.0; drafts and releases of the future wait."""
    release(checkout, "2.9.0", "2026-06-01")
    release(checkout, "2.10.0", "2026-07-01")
    release(checkout, "3.0.0", "2027-01-01")
    release(checkout, "4.0.0", "2026-01-01", "draft")
    for today, version in (
        (date(2026, 3, 1), "1.0.0"),
        (date(2026, 6, 15), "2.9.0"),
        (TODAY, "2.10.0"),
        (date(2027, 1, 1), "3.0.0"),
    ):
        repository, problems = load(checkout.root, today)
        assert problems == ()
        assert repository.schedules["to_centre"].version == version
        assert {mapping.version for mapping in repository.mappings} == {version}


@pytest.mark.parametrize("key", ["standard", "version"])
def test_a_release_that_names_itself_otherwise_is_told_and_nothing_else(checkout: Any, key: str) -> None:
    """Whether a schedule pins the release or not: a folder that was copied, and its standard.yaml forgotten."""
    path = f"{STANDARD}/standard.yaml"
    checkout.edit(path, *(("standard: mini", "standard: maxi") if key == "standard" else ("version: 1.0.0", "version: 1.0.1")))
    wanted = [f"file-name@{checkout.find(path, 'maxi' if key == 'standard' else '1.0.1')}"]
    assert [f"{each.code}@{each.place}" for each in compiled(checkout.root, today=TODAY).problems] == wanted
    checkout.edit("schedules/to_centre.yaml", "standard: mini", "standard: mini@1.0.0")
    assert [f"{each.code}@{each.place}" for each in compiled(checkout.root, today=TODAY).problems] == wanted


def test_a_mapping_stands_for_every_release_that_a_schedule_asks_for(checkout: Any) -> None:
    """One partner still takes 1.0.0 while the standard moved on; the mapping is written once."""
    release(checkout, "2.0.0", "2026-06-01")
    text = (checkout.root / "schedules" / "to_centre.yaml").read_text().replace("standard: mini", "standard: mini@1.0.0")
    checkout.write("schedules/old.yaml", text.replace("schedule: to_centre", "schedule: old"))
    repository, problems = load(checkout.root, TODAY)
    assert problems == ()
    assert sorted((mapping.name, mapping.version) for mapping in repository.mappings) == [
        ("office", "1.0.0"), ("office", "2.0.0"), ("person", "1.0.0"), ("person", "2.0.0")
    ]  # fmt: skip


def test_a_mapping_that_pins_a_release_goes_before_one_that_pins_none(checkout: Any) -> None:
    """A table is written anew for the next release beside its mapping of today, which serves the other releases on."""
    release(checkout, "2.0.0", "2026-06-01")
    text = (checkout.root / "schedules" / "to_centre.yaml").read_text().replace("standard: mini", "standard: mini@1.0.0")
    checkout.write("schedules/old.yaml", text.replace("schedule: to_centre", "schedule: old"))
    office = (checkout.root / "mappings" / "local" / "office.yaml").read_text()
    checkout.write(
        "mappings/local/office_2.yaml", office.replace("office\ntarget: mini/office", "office_2\ntarget: mini/office@2.0.0")
    )
    repository, problems = load(checkout.root, TODAY)
    assert problems == ()
    assert {
        mapping.version: mapping.name for mapping in repository.mappings if mapping.table == "office"
    } == {"1.0.0": "office", "2.0.0": "office_2"}  # fmt: skip


def test_a_release_that_comes_into_force_disturbs_nobody_who_pinned_an_older_one(checkout: Any) -> None:
    """A mapping that does not fit the new release is no mistake while every schedule of its table pins the older one."""
    release(checkout, "2.0.0", "2026-06-01")
    checkout.edit("contracts/mini/2.0.0/tables/person/person.yaml", "  xm:    {", "  mc:    {")
    checkout.edit("contracts/mini/2.0.0/tables/person/office.yaml", "title: 机关\n", "title: 机关单位\n")
    assert {code.partition("@")[0] for code in codes(checkout)} == {"unknown-field", "unmapped-field"}
    checkout.edit("schedules/to_centre.yaml", "standard: mini", "standard: mini@1.0.0")
    repository, problems = load(checkout.root, TODAY)
    assert problems == ()
    assert {mapping.version for mapping in repository.mappings} == {"1.0.0"}


CURES = [
    ("published", "draft", f"publish mini@1.0.0: status: published in {STANDARD}/standard.yaml"),
    ("published", "retired", "pin one: mini@1.0.0"),
    ("2026-01-01", "2999-01-01", "mini@1.0.0 counts from 2999-01-01; pin a release in force until then"),
]


@pytest.mark.parametrize(("old", "new", "cure"), CURES)
def test_a_standard_without_a_release_in_force_says_what_is_missing(checkout: Any, old: str, new: str, cure: str) -> None:
    """A draft is to be published: nothing is exchanged under one, so to pin it is no cure."""
    checkout.edit(f"{STANDARD}/standard.yaml", old, new)
    found = load(checkout.root, TODAY)[1]
    assert {(problem.code, problem.cure) for problem in found} == {("no-release", cure)}


def test_a_retired_release_is_exchanged_by_who_pins_it(checkout: Any) -> None:
    """Schedule and mappings; nothing else is wrong then."""
    checkout.edit(f"{STANDARD}/standard.yaml", "published", "retired")
    for path in ("schedules/to_centre.yaml", "mappings/local/person.yaml", "mappings/local/office.yaml"):
        text = (checkout.root / path).read_text()
        text = text.replace("standard: mini", "standard: mini@1.0.0").replace("mini/person", "mini/person@1.0.0")
        checkout.write(path, text.replace("mini/office", "mini/office@1.0.0"))
    assert codes(checkout) == []


STRAYS = [
    ("schedules/more.yml", "schedules/more.yml"),
    ("mappings/person.yaml", "mappings/person.yaml"),
    ("mappings/local/deep/person.yaml", "mappings/local/deep/person.yaml"),
    ("mappings/crosswalks/nation.CSV", "mappings/crosswalks/nation.CSV"),
    ("contracts/mini/1.0.0/tables/person.yaml", "contracts/mini/1.0.0/tables/person.yaml"),
    ("contracts/mini/standard.yaml", "contracts/mini/standard.yaml"),
    ("adapters/partners/centre.yaml~", "adapters/partners/centre.yaml~"),
    ("adapters/sources/old/local.yaml", "adapters/sources/old/local.yaml"),
]


@pytest.mark.parametrize(("path", "told"), STRAYS)
def test_a_file_that_nothing_reads_is_told(checkout: Any, path: str, told: str) -> None:
    """A wrong ending or folder would silence a table without anybody noticing."""
    checkout.write(path, "x: 1\n")
    assert codes(checkout) == [f"stray-file@{told}"]


@pytest.mark.parametrize(
    "path", ["contracts/README.md", "schedules/.gitkeep", "mappings/local/.person.yaml.swp", "adapters/sources/.a/b"]
)
def test_words_for_people_and_hidden_files_are_no_strays(checkout: Any, path: str) -> None:
    """Markdown explains; editors leave hidden files."""
    checkout.write(path, "x")
    assert codes(checkout) == []


def test_problems_of_all_files_are_told_at_once_in_their_order(checkout: Any) -> None:
    """One mistake in each of seven files."""
    checkout.edit(f"{STANDARD}/elements/common.yaml", "c..50", "q..50")
    checkout.edit(f"{STANDARD}/codes/sex.csv", "1,男", "1")
    checkout.edit("adapters/sources/local.yaml", "card: text", "card: txt")
    checkout.edit("adapters/partners/centre.yaml", "system: http", "system: htp")
    checkout.edit("schedules/to_centre.yaml", "cron: 0 ", "cron: 99 ")
    checkout.edit("mappings/crosswalks/nation.csv", "approved,王,\nM", "aproved,王,\nM")
    checkout.edit("mappings/local/office.yaml", "same: true", "same: maybe")
    found = codes(checkout)
    assert sorted(each.partition("@")[0] for each in found) == [
        "bad-cron", "bad-form", "csv-ragged", "unknown-adapter", "unknown-format", "unknown-word", "wrong-type"
    ]  # fmt: skip
    assert found == sorted(found, key=lambda each: each.partition("@")[2])


def test_a_wrong_release_is_not_blamed_on_those_that_mean_it(checkout: Any) -> None:
    """Pinned or not: mapping, partner and schedule say nothing."""
    checkout.edit(f"{STANDARD}/standard.yaml", "status: published", "status: publishd")
    place = checkout.find(f"{STANDARD}/standard.yaml", "publishd")
    assert codes(checkout) == [f"unknown-word@{place}"]
    checkout.edit("schedules/to_centre.yaml", "standard: mini", "standard: mini@1.0.0")
    assert codes(checkout) == [f"unknown-word@{place}"]


def test_a_mapping_that_cannot_be_read_is_one_problem(checkout: Any) -> None:
    """Its name is its file's."""
    checkout.write("mappings/local/office.yaml", "mapping: office\ntarget: [\n")
    repository, problems = load(checkout.root, TODAY)
    assert [problem.code for problem in problems] == ["yaml-syntax"]
    assert repository.broken == {"office"}


def test_a_wrong_partner_is_not_blamed_on_the_schedule(checkout: Any) -> None:
    """The schedule stands, without its partner."""
    checkout.edit("adapters/partners/centre.yaml", "title: 数据中心", "titel: 数据中心")
    assert [each.partition("@")[0] for each in codes(checkout)] == ["missing-key", "unknown-key"]


def test_loading_opens_nothing_and_reads_no_secret(checkout: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that is not there is no mistake of the files."""
    monkeypatch.delenv("LOCAL_URL", raising=False)
    assert codes(checkout) == []


def test_this_projects_own_files_are_sound() -> None:
    """What is shipped loads without an error."""
    root = next(parent for parent in Path(__file__).resolve().parents if (parent / "pyproject.toml").exists())
    _, problems = load(root, TODAY)
    assert [str(problem) for problem in problems if problem.severity == "error"] == []
