"""Identifiers of electronic certificates."""

from hub.sandbox.rows.papers import certificate_id

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def valid(body: str) -> bool:
    """ISO 7064 MOD 37,36: the recursion over all signs, the check sign too, ends at one."""
    product = 36
    for sign in body[:-1]:
        product = ((product + SIGNS.index(sign)) % 36 or 36) * 2 % 37
    return (product + SIGNS.index(body[-1])) % 36 == 1


def test_the_identifier_has_its_five_parts_and_a_true_check_sign() -> None:
    """Root, type, issuer, serial, version, check (GB/T 36904)."""
    for serial in range(200):
        found = certificate_id("JHZ", "11110105MB1000003Q", f"{serial:012d}")
        kind, issuer, number, version, check = found.removeprefix("1.2.156.3005.2.").split(".")
        assert (len(kind), issuer, number, version) == (21, "11110105MB1000003Q", f"{serial:012d}", "001")
        assert valid(kind + issuer + number + version + check)


def test_marriage_and_divorce_certificates_are_of_two_types() -> None:
    """So their identifiers never meet."""
    assert certificate_id("JHZ", "1", "1") != certificate_id("LHZ", "1", "1")
