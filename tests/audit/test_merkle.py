"""The tree against the test data of Certificate Transparency and against the RFC's definitions written out."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    edge_root,
    inclusion_proof,
    leaf_hash,
    mth,
    node_hash,
    verify_consistency,
    verify_inclusion,
)

# The reference leaves and roots of google/certificate-transparency (merkletree tests), sizes 1 to 8.
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}
PROOFS = {
    (1, 8): PATHS[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def naive(entries):
    """MTH, RFC 6962 section 2.1, word for word."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return sha256(b"\x01" + naive(entries[:k]) + naive(entries[k:])).digest()


def naive_path(m, entries):
    """PATH, RFC 6962 section 2.1.1, word for word."""
    if len(entries) == 1:
        return []
    k = 1
    while k * 2 < len(entries):
        k *= 2
    if m < k:
        return [*naive_path(m, entries[:k]), naive(entries[k:])]
    return [*naive_path(m - k, entries[k:]), naive(entries[:k])]


def naive_subproof(m, entries, whole):
    """SUBPROOF, RFC 6962 section 2.1.2, word for word."""
    if m == len(entries):
        return [] if whole else [naive(entries)]
    k = 1
    while k * 2 < len(entries):
        k *= 2
    if m <= k:
        return [*naive_subproof(m, entries[:k], whole), naive(entries[k:])]
    return [*naive_subproof(m - k, entries[k:], False), naive(entries[:k])]


def tree(entries):
    return lambda begin, end: naive(entries[begin:end])


TREES = st.integers(1, 70).map(lambda n: [b"entry %d" % i for i in range(n)])


@pytest.mark.parametrize("size", range(9))
def test_roots_of_the_reference_data(size):
    """The known roots of the first 0 to 8 reference leaves."""
    assert mth([leaf_hash(leaf) for leaf in LEAVES[:size]]).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), PATHS)
def test_inclusion_proofs_of_the_reference_data(index, size):
    """The known audit paths."""
    path = inclusion_proof(index, size, tree(LEAVES[:size]))
    assert [hash_.hex() for hash_ in path] == PATHS[index, size]


@pytest.mark.parametrize(("first", "second"), PROOFS)
def test_consistency_proofs_of_the_reference_data(first, second):
    """The known consistency proofs."""
    assert [hash_.hex() for hash_ in consistency_proof(first, second, tree(LEAVES))] == PROOFS[first, second]


@given(TREES)
def test_roots_are_those_of_the_definition(entries):
    """Pairing from the left is the RFC's recursive split."""
    assert mth([leaf_hash(entry) for entry in entries]) == naive(entries)


@given(TREES, st.integers(1, 5))
def test_the_root_comes_from_the_right_edge_alone(entries, height):
    """Cut into tiles of any height, the unfinished tiles of all levels give the root."""
    levels = [[leaf_hash(entry) for entry in entries]]
    while len(levels[-1]) >= 2**height:
        row = levels[-1]
        full = len(row) >> height
        levels.append([mth(row[i << height : (i + 1) << height]) for i in range(full)])
        levels[-2] = row[full << height :]
    assert edge_root(levels) == naive(entries)


def test_nothing_has_the_root_of_nothing():
    """An empty tree's root is the hash of no bytes."""
    assert edge_root([]) == edge_root([[], []]) == mth([]) == EMPTY_ROOT


@given(TREES, st.data())
def test_inclusion_proofs_are_those_of_the_definition_and_verify(entries, data):
    """PATH as defined, and RFC 9162's algorithm accepts it."""
    index = data.draw(st.integers(0, len(entries) - 1))
    path = inclusion_proof(index, len(entries), tree(entries))
    assert path == naive_path(index, entries)
    assert verify_inclusion(leaf_hash(entries[index]), index, len(entries), path, naive(entries))


@given(TREES, st.data())
def test_consistency_proofs_are_those_of_the_definition_and_verify(entries, data):
    """PROOF as defined, and RFC 9162's algorithm accepts it."""
    first = data.draw(st.integers(0, len(entries)))
    proof = consistency_proof(first, len(entries), tree(entries))
    assert proof == (naive_subproof(first, entries, True) if first else [])
    assert verify_consistency(first, len(entries), naive(entries[:first]), naive(entries), proof)


@given(TREES, st.data())
def test_a_wrong_inclusion_proof_never_verifies(entries, data):
    """Another entry, another place, another size, a hash changed, added, left out or moved."""
    size = len(entries)
    index = data.draw(st.integers(0, size - 1))
    leaf, root, path = leaf_hash(entries[index]), naive(entries), inclusion_proof(index, size, tree(entries))
    assert not verify_inclusion(leaf_hash(b"other"), index, size, path, root)
    assert not verify_inclusion(leaf, index, size, [*path, root], root)
    assert not verify_inclusion(leaf, index, size, path, bytes(32))
    assert not any(verify_inclusion(leaf, other, size, path, root) for other in range(-1, size + 2) if other != index)
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        assert not verify_inclusion(leaf, index, size, path[:place] + path[place + 1 :], root)
        assert not verify_inclusion(leaf, index, size, [*path[:place], bytes(32), *path[place + 1 :]], root)
    if len(path) > 1:
        assert not verify_inclusion(leaf, index, size, path[::-1], root)


@given(TREES, st.data())
def test_a_rewritten_history_never_verifies(entries, data):
    """No proof made from the new tree leads from the root of a tree with another entry in it."""
    first = data.draw(st.integers(1, len(entries)))
    changed = data.draw(st.integers(0, first - 1))
    before = [*entries[:changed], b"other", *entries[changed + 1 :]]
    proof = consistency_proof(first, len(entries), tree(entries))
    assert not verify_consistency(first, len(entries), naive(before[:first]), naive(entries), proof)
    assert not verify_consistency(first, len(entries), naive(entries[:first]), naive(entries), [*proof, bytes(32)])
    assert not verify_consistency(len(entries) + 1, len(entries), naive(entries), naive(entries), [])
    if proof:
        assert not verify_consistency(first, len(entries), naive(entries[:first]), naive(entries), proof[:-1])


def test_there_is_no_proof_of_what_is_not_there():
    """An index beyond the tree or a larger older tree is a mistake of the caller."""
    with pytest.raises(ValueError, match="no entry 3"):
        inclusion_proof(3, 3, tree(LEAVES))
    with pytest.raises(ValueError, match="no prefix"):
        consistency_proof(4, 3, tree(LEAVES))


def test_leaves_and_nodes_cannot_be_confused():
    """A node's bytes as an entry do not hash to the node (RFC 6962's prefixes)."""
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)
