"""Takes entries' hashes, gives roots and proofs of the RFC 6962 Merkle tree and checks them. Pure; shared by writer and verifier.

Names are those of RFC 6962 section 2.1 (MTH, PATH, PROOF) and RFC 9162 section 2.1 (the verification algorithms).
Every hash is 32 bytes of SHA-256.  ``subtree(begin, end)`` stands for MTH(D[begin:end]); proofs ask it only for ranges that
occur in the tree, so that it can answer from tiles.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

Subtree = Callable[[int, int], bytes]

EMPTY_ROOT = sha256(b"").digest()  # MTH({})


def leaf_hash(entry: bytes) -> bytes:
    """MTH({d}) = SHA-256(0x00 || d), RFC 6962 section 2.1."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right), RFC 6962 section 2.1."""
    return sha256(b"\x01" + left + right).digest()


def mth(hashes: Sequence[bytes]) -> bytes:
    """The Merkle Tree Hash over ``hashes``, which are leaf hashes or the roots of equally large full subtrees.

    Pairing from the left and carrying an odd last hash upwards gives the same tree as the RFC's split at the largest power
    of two below n.
    """
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:
        odd = row[-1:] if len(row) % 2 else []
        row = [sha256(b"\x01" + row[i] + row[i + 1]).digest() for i in range(0, len(row) - 1, 2)] + odd
    return row[0]


def edge_root(levels: Sequence[Sequence[bytes]]) -> bytes:
    """The root of a tree from its rightmost, partial tiles.

    ``levels[l]`` are the hashes at tile level l that are not yet part of a full tile (fewer than a full tile's, maybe none).
    """
    root: bytes | None = None
    for hashes in levels:
        end = len(hashes)
        while end:
            begin = end - (end & -end)  # the rightmost full subtree
            left = mth(hashes[begin:end])
            root = left if root is None else node_hash(left, root)
            end = begin
    return EMPTY_ROOT if root is None else root


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """PATH(index, D[size]), RFC 6962 section 2.1.1: from the leaf's sibling up to the root's child."""
    if not 0 <= index < size:
        raise ValueError(f"no entry {index} in a tree of {size}")
    path = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(begin, middle))
            begin = middle
    return path[::-1]


def consistency_proof(first: int, second: int, subtree: Subtree) -> list[bytes]:
    """PROOF(first, D[second]), RFC 6962 section 2.1.2; empty if ``first`` is 0 or equals ``second``."""
    if not 0 <= first <= second:
        raise ValueError(f"a tree of {first} is no prefix of a tree of {second}")
    if first in (0, second):
        return []
    proof = []
    begin, end = 0, second
    while first != end:
        middle = begin + _split(end - begin)
        if first <= middle:
            proof.append(subtree(middle, end))
            end = middle
        else:
            proof.append(subtree(begin, middle))
            begin = middle
    if begin:
        proof.append(subtree(begin, end))
    return proof[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162 section 2.1.3.2, ``leaf`` being the leaf hash."""
    if not 0 <= index < size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """RFC 9162 section 2.1.4.2; a tree of 0 is consistent with every tree, by the empty proof."""
    if not 0 <= first <= second:
        return False
    if first in (0, second):
        return not proof and first_root == (second_root if first else EMPTY_ROOT)
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not path:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return fr == first_root and sr == second_root and sn == 0


def _split(n: int) -> int:
    """k, the largest power of two smaller than n (n > 1)."""
    return 1 << (n - 1).bit_length() - 1
