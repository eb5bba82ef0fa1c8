"""Makes signatures.json: the edge cases of Ed25519 on which implementations disagree, with the verdict of Paceline's
one rule: the cofactored equation of RFC 8032, [8][S]B = [8]R + [8][k]A; S below the order; key and R in canonical form
and not of small order.

The classes are those of "Taming the Many EdDSAs" (Chalkias, Garillot, Nikolaenko 2020), section 5; the points are built
here, from nothing but the curve, and `verify` judges each by the rule. The twelve vectors that the paper published are
judged with them. Plain Python, no packages: python3 signatures.py > signatures.json
"""

import hashlib
import json

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
I = pow(2, (P - 1) // 4, P)


def root(y, sign):
    xx = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * I % P
    if (x * x - xx) % P:
        return None
    return P - x if x % 2 != sign and x else x


def add(p, q):
    (x1, y1), (x2, y2) = p, q
    k = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + k, -1, P) % P
    return x, (y1 * y2 + x1 * x2) * pow(1 - k, -1, P) % P


def mul(n, p):
    q = (0, 1)
    while n:
        if n & 1:
            q = add(q, p)
        p, n = add(p, p), n >> 1
    return q


def pack(p):
    return (p[1] | (p[0] & 1) << 255).to_bytes(32, "little")


def number(text):
    return int.from_bytes(hashlib.sha512(text.encode()).digest(), "little") % L


BASE = (root(4 * pow(5, -1, P) % P, 0), 4 * pow(5, -1, P) % P)


def torsion():
    """A point of order eight: L times any point has an order that divides eight."""
    y = 2
    while True:
        y += 1
        x = root(y, 0)
        point = x is not None and mul(L, (x, y))
        if point and mul(4, point) != (0, 1):
            return point


T = torsion()
SMALL = [mul(i, T) for i in range(8)]


def challenge(r, a, message):
    return int.from_bytes(hashlib.sha512(r + a + message).digest(), "little") % L


def unpack(text):
    """A point from its one canonical form, if it is not of small order."""
    y, sign = int.from_bytes(text, "little") & (1 << 255) - 1, text[31] >> 7
    x = root(y, sign) if y < P else None
    if x is None or (x == 0 and sign) or mul(8, (x, y)) == (0, 1):
        return None
    return x, y


def verify(key, message, signature):
    """Paceline's rule."""
    a, r, s = unpack(key), unpack(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    k = challenge(signature[:32], key, message)
    return mul(8 * s, BASE) == add(mul(8, r), mul(8 * k, a))


def cofactorless(key, message, signature):
    """What many implementations check, and Paceline did before its first release."""
    s, k = int.from_bytes(signature[32:], "little"), challenge(signature[:32], key, message)
    a, r = unpack(key), unpack(signature[:32])
    return a is not None and r is not None and s < L and mul(s, BASE) == add(r, mul(k, a))


cases = []


def case(name, accept, key, r, s, message):
    signature = r + s.to_bytes(32, "little")
    assert verify(key, message, signature) == accept, name
    row = {"name": name, "accept": accept, "key": key.hex(), "message": message.hex(), "signature": signature.hex()}
    cases.append(row)


def messages(name):
    return (f"{name} {i}".encode() for i in range(10_000))


def honest(name, accept=True, change=lambda s: s, a_torsion=0, r_torsion=0, cancels=None):
    """A signature by somebody who knows the secret, with torsion added to the key and to R.

    `cancels`: whether what the torsion adds to both sides of the equation must come out even."""
    a, r = number(name + " a"), number(name + " r")
    key, nonce = pack(add(mul(a, BASE), SMALL[a_torsion])), pack(add(mul(r, BASE), SMALL[r_torsion]))
    for message in messages(name):
        k = challenge(nonce, key, message)
        even = (r_torsion + k * a_torsion) % 8 == 0
        if cancels is None or even == cancels:
            return case(name, accept, key, nonce, change((r + k * a) % L), message)


honest("ordinary")
honest("S plus L", False, lambda s: s + L)
honest("S plus the largest multiple of L that fits", False, lambda s: s + (2**256 - 1 - s) // L * L)
honest("S with its top bit set", False, lambda s: s | 1 << 255)
honest("S plus one", False, lambda s: (s + 1) % L)
honest("mixed-order key and R that cancel", True, a_torsion=1, r_torsion=3, cancels=True)
honest("mixed-order key and R that only the cofactor makes even", True, a_torsion=1, r_torsion=3, cancels=False)
honest("mixed-order key that cancels alone", True, a_torsion=4, cancels=True)
honest("mixed-order key that only the cofactor makes even", True, a_torsion=4, cancels=False)
honest("mixed-order R that only the cofactor makes even", True, r_torsion=5)
honest("mixed-order R that only the cofactor makes even, S plus one", False, lambda s: (s + 1) % L, r_torsion=5)

# A key of small order: anybody can sign for it, whenever the torsion of k*A comes out even with R's.
for i, small in enumerate(SMALL):
    name = f"small-order key {i}, ordinary R"
    r = number(name)
    for message in messages(name):
        if challenge(pack(mul(r, BASE)), pack(small), message) * i % 8 == 0:
            case(name, False, pack(small), pack(mul(r, BASE)), r, message)
            break
    name = f"small-order key {i}, small-order R, S zero"
    for message in messages(name):
        if (1 + challenge(pack(T), pack(small), message) * i) % 8 == 0:
            case(name, False, pack(small), pack(T), 0, message)
            break

# R of small order: S = k*a holds when R's torsion comes out even with the key's.
for i, small in enumerate(SMALL):
    name = f"small-order R {i}"
    a = number(name)
    key = pack(add(mul(a, BASE), T)) if i else pack(mul(a, BASE))
    for message in messages(name):
        k = challenge(pack(small), key, message)
        if i == 0 or (i + k) % 8 == 0:
            case(name, False, key, pack(small), k * a % L, message)
            break

# Other spellings of points of small order: y + p where that fits 255 bits, and x = 0 with a sign.
spellings = [(1, 1), (P - 1, 1), (P, 0), (P, 1), (P + 1, 0), (P + 1, 1)]
for y, sign in spellings:
    odd = (y | sign << 255).to_bytes(32, "little")
    x = root(y % P, sign)
    order = next(i for i in range(8) if SMALL[i] == (x, y % P))
    name = f"R spelt {odd.hex()}"
    a = number(name)
    key = pack(add(mul(a, BASE), T)) if order else pack(mul(a, BASE))
    for hashed in ("as it stands", "in canonical form"):
        for message in messages(name + hashed):
            k = challenge(odd if hashed == "as it stands" else pack((x, y % P)), key, message)
            if order == 0 or (order + k) % 8 == 0:
                case(f"{name}, hashed {hashed}", False, key, odd, k * a % L, message)
                break
    name = f"key spelt {odd.hex()}"
    r = number(name)
    for message in messages(name):
        if challenge(pack(mul(r, BASE)), odd, message) * order % 8 == 0:
            case(name, False, odd, pack(mul(r, BASE)), r, message)
            break

# Nobody knows a secret for these keys, so there is no signature to try: they must be refused as keys.
refused = []
for y in range(2, 19):
    for sign in (0, 1):
        if root(y, sign) is not None:
            refused.append(((y + P) | sign << 255).to_bytes(32, "little").hex())
assert len(refused) > 8 and all(mul(8, (root(y, 0), y)) != (0, 1) for y in range(2, 19) if root(y, 0) is not None)

# The twelve vectors that the paper published: key, message, signature. Who checks without the cofactor refuses 4 and 5, who
# multiplies k by eight before reducing it refuses 5.
SMALL_KEY = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"
PRIME_KEY = "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43"
MIXED_KEY = "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d"
LARGE_S_KEY = "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623"
OTHER_SPELLING = "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
published = [
    (False, SMALL_KEY, "8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6",
     "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
     "0000000000000000000000000000000000000000000000000000000000000000"),
    (False, SMALL_KEY, "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
     "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43"
     "a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04"),
    (False, PRIME_KEY, "aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab",
     "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"
     "8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e"),
    (True, MIXED_KEY, "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
     "9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f"
     "87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009"),
    (True, MIXED_KEY, "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
     "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed512"
     "5ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09"),
    (True, MIXED_KEY, "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
     "21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7"
     "e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405"),
    (False, LARGE_S_KEY, "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
     "e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e"
     "547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514"),
    (False, LARGE_S_KEY, "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
     "8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa1942"
     "7e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22"),
    (False, PRIME_KEY, "9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41",
     OTHER_SPELLING + "03be9678ac102edcd92b0210bb34d7428d12ffc5df5f37e359941266a4e35f0f"),
    (False, PRIME_KEY, "9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41",
     OTHER_SPELLING + "ca8c5b64cd208982aa38d4936621a4775aa233aa0505711d8fdcfdaa943d4908"),
    (False, OTHER_SPELLING, "e96b7021eb39c1a163b6da4e3093dcd3f21387da4cc4572be588fafae23c155b",
     "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dc"
     "a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04"),
    (False, OTHER_SPELLING, "39a591f5321bbe07fd5a23dc2f39d025d74526615746727ceefd6e82ae65c06f",
     "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dc"
     "a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04"),
]
for i, (accept, key, message, signature) in enumerate(published):
    signature = bytes.fromhex(signature)
    s = int.from_bytes(signature[32:], "little")
    case(f"published {i}", accept, bytes.fromhex(key), signature[:32], s, bytes.fromhex(message))

# What the equation with the cofactor lets pass and the one without does not.
for row in cases:
    key, message, signature = (bytes.fromhex(row[it]) for it in ("key", "message", "signature"))
    row["only_cofactored"] = row["accept"] and not cofactorless(key, message, signature)

print(json.dumps({"signatures": cases, "keys_not_canonical": refused}, indent=1))
