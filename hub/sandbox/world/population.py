"""Takes a seed and the clock; gives the SQL of everybody: who lives in which household, and what is known of each. Pure.

Household ``h`` is a pure function of (seed, h). A walk gives each of 11 million households its own (serial, birthday, division)
of the man; the numbers of the others in it are shifted by amounts that depend on serial and division alone, and each role
(couple, first child, second child, parents) has ten serials of its own. So nobody's number comes twice, without a memory of the
others.

Everybody here is synthetic. The identity numbers have true division codes and true check digits, so that rules can be tried, but
the serial (digits 15 to 17) lies in 900..979, which registration offices hardly ever reach. Names, addresses (示例路, "example
road") and telephones (1390000xxxx, meant to ring nowhere) are drawn from lists. A likeness to a living person is chance.

Marriage is older than the household: who once came to an office may live alone today, have a spouse from abroad, or have moved
away. So ``spouses`` has both of every couple in ``span``, among them couples that live elsewhere (``away``).
"""

from hub.sandbox.names import (
    BEIJING,
    DIVISIONS,
    EDUCATION,
    FEMALE,
    FOREIGN,
    HAN_LIKE,
    MALE,
    MINORITY_FEMALE,
    MINORITY_MALE,
    OCCUPATIONS,
    RARE,
    ROADS,
    SURNAMES,
)
from hub.sandbox.world import offices
from hub.sandbox.world.macros import texts, weighted

SLOTS = 6  # head, spouse, two children, two parents of the head
MEMBERS = 2.9  # of a household, on average
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643
_SERIALS = 10  # of each role: 900, 902 ... for women, 901, 903 ... for men
_DAYS = 23_376  # 64 years of men's birthdays from 1936 on, so that every couple may marry from 2023 on
SPACE = len(DIVISIONS) * _DAYS * _SERIALS
AWAY = SPACE // 2  # where households begin that live elsewhere
_STRIDE = 6_934_639  # about 0.618 of the space, coprime to it: neighbours spread over all birthdays and divisions
_MINORITIES = tuple(nation for nation, _ in MINORITY_MALE if nation in dict(MINORITY_FEMALE))

COLUMNS = (
    *("n", "h", "slot", "name", "surname", "given", "sex", "id_number", "birth", "nation", "education", "occupation", "marital"),
    *("division", "address", "phone", "bank_account", "health", "employment", "disability", "disability_grade", "died"),
)


def statements(today: str) -> list[str]:
    """Macros and the tables that are the same in every chunk."""
    return [
        f"CREATE MACRO known_day() AS DATE '{today}'",
        *_numbers(),
        f"CREATE TABLE divisions AS SELECT unnest({texts(tuple(code for code, _ in BEIJING))}) AS code,"
        f" unnest({texts(tuple(name for _, name in BEIJING))}) AS name",
        "CREATE TABLE institutions AS SELECT unnest(each) FROM (SELECT unnest(getvariable('institutions')) AS each)",
        *offices.statements(),
    ]


def people() -> str:
    """SELECT: who lives in the households that stand in ``span``, out of ``everyone``; columns as COLUMNS."""
    return f"SELECT {', '.join(COLUMNS)} FROM everyone WHERE present"


def spouses() -> str:
    """SELECT: both of every couple out of ``everyone``, as papers tell of them; who is from abroad has no number of a citizen.

    ``number``: 2h + 1 the man, 2h + 2 the woman. ``recent``: a few couples whose rows were saved just now.
    """
    return """
    SELECT 2 * h + CAST(sex AS BIGINT) AS number, h, sex, foreigner,
        CASE WHEN foreigner THEN printf('E%011d', 2 * h + 2) ELSE id_number END AS id_number,
        CASE WHEN foreigner THEN '' ELSE surname END AS surname, CASE WHEN foreigner THEN foreign_name ELSE given END AS given,
        birth, CASE WHEN NOT foreigner THEN nation END AS nation, CASE WHEN foreigner THEN country ELSE 'CN' END AS country,
        education, occupation, CASE WHEN NOT foreigner THEN division END AS division, address, phone, bank_account,
        chance(h, 'recent', 0.006) AS recent
    FROM everyone WHERE slot < 2"""


def everyone(seed: int) -> str:
    """SELECT: of whom ``people`` and ``spouses`` tell."""
    more = "present, foreigner, country, foreign_name"
    return f"SELECT {', '.join(COLUMNS)}, {more} FROM ({everybody(seed)}) WHERE present OR slot < 2"


def everybody(seed: int) -> str:
    """SELECT: all six of each household in ``span``, living in it (``present``) or not, and what papers say of them.

    Of a household that is ``away``: the couple alone.
    """
    return f"WITH homes AS ({_homes(seed)}), seats AS ({_seats()}) {_everybody()}"


HOUSEHOLDS = """
SELECT h, CAST(count(*) FILTER (died IS NULL) AS INTEGER) AS size, any_value(division) AS division, any_value(address) AS address,
    chance(h, 'urban', 0.7) AS urban, max(n) FILTER (slot = 0) AS head, max(name) FILTER (slot = 0) AS head_name,
    max(id_number) FILTER (slot = 0) AS head_id_number, max(phone) FILTER (slot = 0) AS phone
FROM people GROUP BY h ORDER BY h"""


def _numbers() -> list[str]:
    """Identity numbers and bank accounts (a bank that does not exist, a true Luhn digit)."""
    return [
        f"CREATE MACRO citizen(b) AS CAST(b AS VARCHAR)"
        f" || substr('10X98765432', CAST(({weighted(WEIGHTS, 11)}) % 11 + 1 AS INTEGER), 1)",
        f"CREATE MACRO account_of(b) AS CAST(b AS VARCHAR) || CAST((10 - ({_luhn()}) % 10) % 10 AS VARCHAR)",
        "CREATE MACRO account(x) AS account_of(620099000000000000 + CAST(x AS BIGINT))",
    ]


def _luhn() -> str:
    """SQL of a number that ends in the same digit as the Luhn sum of the 18 digits of ``b``.

    Every other digit d counts as the sum of the digits of 2d, which ends like 2d + d // 5; see ``weighted`` for the quotients.
    """
    doubled = (f"b // {10**place} * 2 + b // {5 * 10**place}" for place in range(0, 18, 2))
    return f"{' + '.join(doubled)} - ({' + '.join(f'b // {10**place}' for place in range(1, 18, 2))})"


def _homes(seed: int) -> str:
    """One row a household: where the walk stands, whose head it has, when its six were born, where it lives."""
    places, codes = len(DIVISIONS), texts(tuple(code for code, _ in BEIJING))
    home = f"list_extract({texts(tuple(name for _, name in BEIJING))}, home + 1)"
    return f"""
    WITH walk AS (
        SELECT h, away, ((h * {_STRIDE} + {seed * 7_919}) % {SPACE} + {SPACE}) % {SPACE} AS point FROM span
    ), coordinates AS (
        SELECT h, away, point % {places} AS place, point // {places} % {_DAYS} AS since, point // {places * _DAYS} AS serial,
            CASE WHEN serial % 3 = 0 THEN (place + 7 * serial) % {places} ELSE place END AS her_place,
            (place + serial) % 4 = 0 AS she_heads, DATE '1936-01-01' + CAST(since AS INTEGER) AS man_born,
            man_born + CAST((serial * 137 + her_place * 29) % 1460 - 400 AS INTEGER) AS woman_born,
            CASE WHEN she_heads THEN woman_born ELSE man_born END AS head_born
        FROM walk
    )
    SELECT *, (place + 5 * serial + 11) % {places} AS first_place, (place + 5 * serial + 22) % {places} AS second_place,
        man_born + CAST(8036 + (serial * 389 + first_place * 67) % 6570 AS INTEGER) AS first_born,
        man_born + CAST(8036 + (serial * 613 + second_place * 131) % 6570 AS INTEGER) AS second_born,
        head_born - CAST(7671 + (serial * 631 + place * 149) % 6205 AS INTEGER) AS father_born,
        father_born + CAST((serial * 53 + place * 31) % 1460 - 400 AS INTEGER) AS mother_born,
        NOT she_heads AND chance(h, 'foreigner', 0.015) AS foreign_wife,
        NOT foreign_wife AND NOT chance(h, 'single', 0.12) AS coupled,
        draw(h, 'home', {len(BEIJING)}) AS home, list_extract({codes}, home + 1) AS division,
        {home} || pick(h, 'road', {texts(ROADS)}) || "between"(h, 'block', 1, 89) || '号院' || "between"(h, 'door', 101, 2698)
            || '室' AS address
    FROM coordinates"""


def _seats() -> str:
    """Six rows a household, slot by slot. ``line``: whose surname and ethnic group a person has."""
    codes = texts(tuple(code for code, _ in DIVISIONS))
    pair = "CASE WHEN (slot = 0) = she_heads THEN"
    return f"""
    SELECT h, away, slot, h * {SLOTS} + slot + 1 AS n, division, address, foreign_wife, coupled,
        CASE slot WHEN 2 THEN pick(h, 'first', ['1', '2']) WHEN 3 THEN pick(h, 'second', ['1', '2'])
            WHEN 4 THEN '1' WHEN 5 THEN '2' ELSE {pair} '2' ELSE '1' END END AS sex,
        CASE slot WHEN 2 THEN first_born WHEN 3 THEN second_born WHEN 4 THEN father_born WHEN 5 THEN mother_born
            ELSE {pair} woman_born ELSE man_born END END AS birth,
        list_extract({codes}, 1 + CASE slot WHEN 2 THEN first_place WHEN 3 THEN second_place WHEN 4 THEN place WHEN 5 THEN place
            ELSE {pair} her_place ELSE place END END) AS origin,
        900 + 2 * ({_SERIALS} * list_extract([0, 0, 1, 2, 3, 3], slot + 1) + serial) + (sex = '1')::INTEGER AS number_of_day,
        CASE slot WHEN 2 THEN -1 - h WHEN 3 THEN -1 - h WHEN 4 THEN CASE WHEN she_heads THEN n - 4 ELSE -1 - h END
            WHEN 5 THEN n ELSE {pair} n ELSE -1 - h END END AS line,
        date_sub('year', birth, known_day()) AS age,
        slot = 1 AND foreign_wife AS foreigner,
        CASE slot WHEN 0 THEN FALSE WHEN 1 THEN chance(n, 'died', 0.05) WHEN 2 THEN chance(n, 'died', 0.004)
            WHEN 3 THEN chance(n, 'died', 0.004) ELSE chance(n, 'died', 0.22) END AS dead,
        NOT away AND CASE slot WHEN 0 THEN TRUE WHEN 1 THEN coupled
            WHEN 2 THEN birth <= known_day() - 90 AND chance(h, 'child', CASE WHEN age < 18 THEN 0.8 ELSE 0.3 END)
            WHEN 3 THEN birth <= known_day() - 90 AND chance(h, 'sibling', CASE WHEN age < 18 THEN 0.45 ELSE 0.12 END)
            ELSE age < 100 AND chance(h, 'parents', 0.3) AND chance(n, 'lives', 0.75) END AS present
    FROM homes, (SELECT unnest([0, 1, 2, 3, 4, 5]) AS slot) WHERE slot < 2 OR NOT away"""


def _everybody() -> str:
    return f"""
    , named AS (
        SELECT *, CASE WHEN draw(line, 'people', 1000) < 30 THEN pick(line, 'minority', {texts(_MINORITIES)})
                WHEN draw(line, 'people', 1000) < 100 THEN pick(line, 'nation', {texts(HAN_LIKE)}) ELSE '01' END AS nation,
            CASE WHEN draw(line, 'people', 1000) < 30 THEN '' ELSE pick(line, 'surname', {texts(SURNAMES)}) END AS surname,
            CASE WHEN surname = '' THEN {_ethnic()} ELSE {_given()} END AS given
        FROM seats
    )
    SELECT *, surname || given AS name,
        citizen(CAST(origin AS BIGINT) * 100000000000
            + CAST(year(birth) * 10000 + month(birth) * 100 + dayofmonth(birth) AS BIGINT) * 1000 + number_of_day) AS id_number,
        CASE WHEN age < 7 THEN '90' WHEN age < 13 THEN '80' WHEN age < 16 THEN '70' WHEN age < 19 THEN '60'
            ELSE pick(n, 'education', {texts(EDUCATION)}) END AS education,
        CASE WHEN age < 18 THEN '800' ELSE pick(n, 'occupation', {texts(OCCUPATIONS)}) END AS occupation,
        {_marital()} AS marital,
        '1390000' || lpad(CAST(draw(n, 'phone', 10000) AS VARCHAR), 4, '0') AS phone,
        account(CASE WHEN slot > 1 THEN 50000000000 + n WHEN sex = '1' THEN 2 * h + 1 ELSE 2 * h + 2 END) AS bank_account,
        CASE WHEN chance(n, 'disability', 0.07) THEN pick(n, 'disabled', ['1', '1', '2', '3', '4', '4', '4', '5', '6', '7']) END
            AS disability,
        CASE WHEN disability IS NOT NULL THEN pick(n, 'grade', ['1', '2', '2', '3', '3', '4']) END AS disability_grade,
        CASE WHEN disability IS NOT NULL THEN '6' || disability WHEN age >= 60 THEN pick(n, 'health', ['10', '20', '30'])
            ELSE pick(n, 'health', ['10', '10', '10', '10', '10', '20', '20', '30']) END AS health,
        CASE WHEN age < 7 THEN '90' WHEN age < 22 THEN '31' WHEN age >= 60 THEN '80'
            ELSE pick(n, 'employment', ['11', '13', '13', '17', '17', '21', '24', '24', '27', '51', '54', '70', '70']) END
            AS employment,
        CASE WHEN dead THEN day(n, 'died on', greatest(birth + 30, known_day() - 730), known_day() - 5) END AS died,
        pick(n, 'country', {texts(tuple(nation for nation, _ in FOREIGN))}) AS country,
        pick(n, 'country', {texts(tuple(name for _, name in FOREIGN))}) AS foreign_name
    FROM named"""


def _ethnic() -> str:
    """A name of the person's ethnic group and sex, without a surname."""
    cases = []
    for sex, names in (("1", MINORITY_MALE), ("2", MINORITY_FEMALE)):
        for nation in sorted(set(_MINORITIES)):
            words = texts(tuple(name for group, name in names if group == nation))
            cases.append(f"WHEN '{sex}{nation}' THEN pick(n, 'given', {words})")
    return f"CASE sex || nation {' '.join(cases)} END"


def _given() -> str:
    signs = f"CASE sex WHEN '1' THEN pick(n, '{{0}}', {texts(MALE)}) ELSE pick(n, '{{0}}', {texts(FEMALE)}) END"
    second = f"CASE WHEN chance(n, 'rare', 0.03) THEN pick(n, 'second', {texts(RARE)}) ELSE {signs.format('second')} END"
    return f"{signs.format('given')} || CASE WHEN chance(n, 'two signs', 0.7) THEN {second} ELSE '' END"


def _marital() -> str:
    """GB/T 2261.2: by who else lives, or lived, in the household."""
    widowed = f"chance(h * {SLOTS} + 2, 'died', 0.05)"
    other = f"h * {SLOTS} + (CASE slot WHEN 4 THEN 6 ELSE 5 END)"
    return f"""CASE WHEN slot < 2 THEN CASE WHEN coupled THEN CASE WHEN slot = 0 AND {widowed} THEN '30' ELSE '20' END
            WHEN foreign_wife THEN '20' ELSE pick(h, 'alone', ['10', '40', '40']) END
        WHEN slot > 3 THEN CASE WHEN chance({other}, 'lives', 0.75) AND NOT chance({other}, 'died', 0.22) THEN '20' ELSE '30' END
        ELSE '10' END"""
