"""Stories of couples in the marriage system: they hang together, keep the law, and are written as its clerks write."""

from datetime import date, timedelta
from itertools import groupby

from tests.hub.sandbox.stories.made import Made

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
COUPLES = "hy_dsr m JOIN hy_dsr w ON m.pid % 2 = 1 AND w.pid = m.pid + 1"


def years_after(birth: str, years: int) -> str:
    """A birthday as eight digits; 1 March for those born on 29 February, which sorts behind it."""
    return f"{int(birth[:4]) + years}{birth[4:]}"


def valid(body: str) -> bool:
    """ISO 7064 MOD 37,36: the recursion over all signs, the check sign too, ends at one."""
    product = 36
    for sign in body[:-1]:
        product = ((product + SIGNS.index(sign)) % 36 or 36) * 2 % 37
    return (product + SIGNS.index(body[-1])) % 36 == 1


def test_as_many_people_come_in_couples(sound: Made) -> None:
    """A man with an odd number and a woman with the next one; half of all people in couples, whoever still lives together."""
    people = sound.count("marriage", "hy_dsr")
    assert 0.97 < people / 9_000 < 1.03
    assert sound.count("marriage", f"{COUPLES} AND m.xb = 'M' AND w.xb = 'F'") * 2 == people


def test_business_keys_are_given_once(sound: Made) -> None:
    """Per table."""
    keys = (
        "hy_jhdj djbh",
        "hy_jhdj jhzh",
        "hy_lhsq sqbh",
        "hy_lhdj djbh",
        "hy_blz blbh",
        "hy_cx cxbh",
        "hy_sc scbh",
        "hy_yy yyh",
    )
    for table, key in map(
        str.split, (*keys, "da_bl blbh", "da_aj dah", "dz_zz zzbh", "dz_zz bs", "hy_xxgz gzbh", "hy_zsly lybh")
    ):
        assert sound.rows("marriage", f"SELECT {key} FROM {table} GROUP BY {key} HAVING count(*) > 1") == [], (table, key)


def test_nobody_marries_too_young(sound: Made) -> None:
    """22 and 20 years on the day of registration (Civil Code 1047)."""
    sql = "SELECT djrq, m.csrq, w.csrq FROM hy_jhdj JOIN hy_dsr m ON m.pid = nf_pid JOIN hy_dsr w ON w.pid = nvf_pid"
    weddings = sound.rows("marriage", sql)
    assert len(weddings) > 2_000
    assert all(day >= years_after(his, 22) and day >= years_after(hers, 20) for day, his, hers in weddings)


def test_a_divorce_follows_thirty_days_of_cooling(sound: Made) -> None:
    """Its application was made more than thirty and at most sixty days before (Civil Code 1077), after the wedding."""
    divorces = sound.rows("marriage", "SELECT d.djrq, q.sqrq, d.yjhrq, q.zt FROM hy_lhdj d JOIN hy_lhsq q ON q.sqid = d.sqid")
    assert len(divorces) > 150
    for done, asked, wedding, state in divorces:
        waited = date.fromisoformat(done) - date.fromisoformat(asked)
        assert timedelta(days=30) < waited <= timedelta(days=60)
        assert wedding < asked
        assert state == "BJ"
    assert sound.count("marriage", "hy_lhsq WHERE zt = 'BJ'") == len(divorces)


def test_a_withdrawn_application_says_when_and_by_whom_and_others_do_not(sound: Made) -> None:
    """Every other state comes up as well."""
    assert sound.count("marriage", "hy_lhsq WHERE (chrq IS NULL) = (zt = 'CH') OR (chf IS NULL) = (zt = 'CH')") == 0
    states = {state for (state,) in sound.rows("marriage", "SELECT DISTINCT zt FROM hy_lhsq")}
    assert states == {"BJ", "CH", "GQ", "LJ", "SL", "SQ"}


def test_couples_with_a_foreigner_keep_to_papers_without_citizen_numbers(sound: Made) -> None:
    """The city's own office registers them as foreign; they have a passport, no district, and no electronic certificate."""
    foreign = "hy_dsr w JOIN hy_jhdj r ON r.nvf_pid = w.pid"
    wives = sound.count("marriage", "hy_dsr WHERE zjlx = '02'")
    assert wives > 20
    assert sound.count("marriage", f"{foreign} WHERE w.zjlx = '02' AND r.sw = 'Y' AND r.jgdm = 'SJ01' AND r.zt = '1'") == wives
    assert sound.count("marriage", "hy_dsr WHERE zjlx = '02' AND (mz IS NOT NULL OR hjqh IS NOT NULL OR gj = 'CN')") == 0
    assert sound.count("marriage", "dz_zz WHERE length(czr_sfzh) <> 18") == 0
    assert sound.count("marriage", f"{foreign} JOIN hy_lhsq q ON q.sqid = r.djid WHERE w.zjlx = '02'") == 0


def test_a_refused_review_has_its_notice_and_no_registration(sound: Made) -> None:
    """The others have no notice."""
    assert sound.count("marriage", "hy_sc WHERE jg = 'B'") > 50
    assert sound.count("marriage", "hy_sc WHERE (jg = 'B') = (gzbh IS NULL) OR (jg = 'B') = (byly IS NULL)") == 0
    assert sound.count("marriage", "hy_sc s JOIN hy_jhdj r ON r.djid = s.scid WHERE s.jg = 'B'") == 0


def test_drafts_and_entries_struck_out_marry_nobody(sound: Made) -> None:
    """Their two people are as unmarried as those who only came to ask: no defect of a person reaches such a registration."""
    for state in "XD":
        assert sound.count("marriage", f"hy_jhdj WHERE zt = '{state}'") > 5
    people = "SELECT DISTINCT p.hyzk FROM hy_jhdj r JOIN hy_dsr p ON p.pid IN (r.nf_pid, r.nvf_pid) WHERE r.zt {} ('X', 'D')"
    assert sound.rows("marriage", people.format("IN")) == [("W",)]
    assert {state for (state,) in sound.rows("marriage", people.format("NOT IN"))} == {"Y", "L"}


def test_old_couples_stand_in_the_paper_archive(sound: Made) -> None:
    """With a file that their backfilled row names, and that has no business number."""
    rows = sound.count("marriage", "da_bl")
    assert rows > 500
    assert sound.count("marriage", "da_bl b JOIN da_aj a ON a.dah = b.dah WHERE a.ywbh IS NULL") == rows


def test_certificates_of_a_dead_marriage_are_cancelled_with_a_reason(sound: Made) -> None:
    """After divorce or annulment; others have none."""
    ended = "SELECT lhid FROM hy_lhdj UNION SELECT cxid FROM hy_cx"
    told = f"(zzid / 10 * 10 IN ({ended})) AS ended, zt, zxyy IS NOT NULL, ztrq IS NOT NULL"
    kinds = set(sound.rows("marriage", f"SELECT DISTINCT {told} FROM dz_zz WHERE lx = 'JHZ'"))
    assert kinds == {(1, "0", 1, 1), (0, "1", 0, 0)}
    assert sound.rows("marriage", "SELECT DISTINCT zt FROM dz_zz WHERE lx = 'LHZ'") == [("1",)]


def test_an_identifier_of_a_certificate_has_its_five_parts_and_a_true_check_sign(sound: Made) -> None:
    """Root, type, issuer, serial, version, check (GB/T 36904); marriage and divorce certificates are of two types."""
    types = {"JHZ": set[str](), "LHZ": set[str]()}
    for lx, number, office, found in sound.rows("marriage", "SELECT lx, zzid, bfjg_dm, bs FROM dz_zz"):
        kind, issuer, serial, version, check = found.removeprefix("1.2.156.3005.2.").split(".")
        types[lx].add(kind)
        assert (len(kind), issuer, serial, version) == (21, office, f"{number:012d}", "001")
        assert valid(kind + issuer + serial + version + check)
    assert [len(kinds) for kinds in types.values()] == [1, 1]
    assert types["JHZ"] != types["LHZ"]


def test_every_district_has_an_office_and_the_city_one_for_foreigners(sound: Made) -> None:
    """Three branches besides, to which nobody comes."""
    assert sound.count("marriage", "hy_jg") == 20
    assert sound.count("marriage", "hy_jg WHERE jgdm LIKE '%01'") == 17
    visited = {office for (office,) in sound.rows("marriage", "SELECT DISTINCT jgdm FROM hy_jhdj UNION SELECT jgdm FROM hy_djy")}
    assert visited == {office for (office,) in sound.rows("marriage", "SELECT jgdm FROM hy_jg WHERE jgdm LIKE '%01'")}


def test_registrars_have_numbers_of_their_own_and_work_at_their_office(sound: Made) -> None:
    """Of working age, never one of the people who marry; who registered a couple is one of them."""
    assert sound.rows("marriage", "SELECT count(*), count(DISTINCT gh), count(DISTINCT sfzh) FROM hy_djy") == [(102, 102, 102)]
    assert sound.count("marriage", "hy_djy WHERE substr(sfzh, 7, 4) NOT BETWEEN '1966' AND '1998'") == 0
    assert sound.count("marriage", "hy_djy JOIN hy_dsr ON zjhm = sfzh") == 0
    working = "SELECT jgdm || xm FROM hy_djy WHERE gwzt = 'ZG'"
    assert sound.count("marriage", f"hy_jhdj WHERE jgdm || djy NOT IN ({working})") == 0


def test_books_count_their_certificates(sound: Made) -> None:
    """First and last number span the count; spoilt and left are not more than there were; every office has some."""
    books = sound.rows("marriage", "SELECT qsh, zzh, sl, zf, jc FROM hy_zsly")
    assert all(int(last) - int(first) + 1 == size and 0 <= spoilt + left <= size for first, last, size, spoilt, left in books)
    held = sound.rows("marriage", "SELECT jgdm, count(*) FROM hy_zsly GROUP BY jgdm")
    assert len(held) == 17
    assert min(count for _, count in held) > 5


def test_shapes_that_break_systems_occur(sound: Made) -> None:
    """U+3000 in names, signs outside 16 bits, small x, full-width digits, dates in several spellings, update times missing."""
    for shape in (
        *("hy_dsr WHERE xing LIKE '%\u3000'", "hy_dsr WHERE ming LIKE '%𠮷%'", "hy_dsr WHERE ming LIKE '%·%' AND xing IS NULL"),
        *("hy_dsr WHERE zjhm GLOB '*x'", "hy_dsr WHERE zjhm GLOB '*X'", "hy_yy WHERE nf_xm LIKE '_\u3000_'"),
        *("da_bl WHERE nf_sfzh LIKE '１%'", "da_bl WHERE djrq LIKE '%年%月%日'", "da_bl WHERE djrq LIKE '____/%'"),
        *("da_bl WHERE djrq LIKE '____-__-__'", "da_bl WHERE djrq LIKE '____.__.__'", "da_bl WHERE length(djrq) = 8"),
        *("da_bl WHERE gxsj IS NULL", "da_bl WHERE length(gxsj) = 14", "hy_lhdj WHERE length(nf_csrq) = 10"),
    ):
        assert sound.count("marriage", shape) > 0, shape


def test_a_few_couples_were_saved_within_the_last_ten_minutes(sound: Made) -> None:
    """About six in a thousand, with all their rows in all systems: the next window's overlap reads them again."""
    late = "gxsj >= '2026-11-22 01:50:00' AND gxsj < '2026-11-22 02:00:00'"
    recent = {number for (number,) in sound.rows("marriage", f"SELECT pid FROM hy_dsr WHERE {late}")}
    assert 0.003 < len(recent) / 9_000 < 0.01
    assert [len(list(both)) for _, both in groupby(sorted(recent), lambda number: (number - 1) // 2)] == [2] * (len(recent) // 2)
    for system, table, key in (("case", "bj_jbxx", "bjid"), ("allowance", "ff_mx", "mxid")):
        theirs = {number // 10 for (number,) in sound.rows(system, f"SELECT {key} FROM {table} WHERE {late}")}
        assert theirs
        assert theirs <= recent


def test_nothing_is_saved_at_or_after_the_upper_bound(sound: Made) -> None:
    """The first window is half-open: it must find everything; what is not recent lies an hour before."""
    for table in ("hy_dsr", "hy_jhdj", "hy_sc", "hy_yy", "da_aj", "dz_zz"):
        times = "BETWEEN '2026-11-22 01:00:00' AND '2026-11-22 01:50:00' OR gxsj >= '2026-11-22 02:00:00'"
        assert sound.count("marriage", f"{table} WHERE gxsj {times}") == 0


def test_only_branches_on_which_nothing_depends_are_spoilt(spoilt: Made) -> None:
    """All three of them, however few rows are spoilt: every registration names one of the other offices."""
    bad = {office for (office,) in spoilt.rows("marriage", "SELECT row_id FROM sandbox_defect WHERE table_name = 'hy_jg'")}
    assert bad == {18, 19, 20}


def test_a_person_spoils_the_registration_that_reads_it(spoilt: Made) -> None:
    """One note for each standard table; a registration that reads two spoilt people would have two findings, and none does."""
    notes = "sandbox_defect d WHERE d.table_name = 'hy_dsr' AND d.target = 'marriage_registration' AND d.repaired = 'N'"
    assert spoilt.count("marriage", notes) > 20
    people = f"SELECT row_id FROM {notes}"
    assert spoilt.count("marriage", f"hy_jhdj WHERE nf_pid IN ({people}) AND nvf_pid IN ({people})") == 0
