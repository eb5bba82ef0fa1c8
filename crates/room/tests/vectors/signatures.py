"""Makes signatures.json: the edge cases of Ed25519 on which implementations disagree, with the verdict of Paceline's
one rule (RFC 8032 without the cofactor; canonical encodings; small-order points refused).

The classes are those of "Taming the Many EdDSAs" (Chalkias, Garillot, Nikolaenko 2020), section 5; the points are built
here, from nothing but the curve. Plain Python, no packages: python3 signatures.py > signatures.json
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


cases = []


def case(name, accept, key, r, s, message):
    signature = r + s.to_bytes(32, "little")
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
honest("mixed-order key and R that only the cofactor makes even", False, a_torsion=1, r_torsion=3, cancels=False)
honest("mixed-order key that cancels alone", True, a_torsion=4, cancels=True)
honest("mixed-order key that only the cofactor makes even", False, a_torsion=4, cancels=False)
honest("mixed-order R that only the cofactor makes even", False, r_torsion=5)

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

print(json.dumps({"signatures": cases, "keys_not_canonical": refused}, indent=1))
