"""Makes events.json: golden blocks, made by other implementations of DAG-CBOR, CIDs and Ed25519 than the crate's own,
and by a second writing-down of the table of kinds (KINDS below).

pip install dag-cbor multiformats pynacl; python3 events.py > events.json

What it makes: `events`, blocks that every build admits and understands; `unknown`, blocks that every build admits and
that fit no kind of fold version 1, with the kind's name and the words they keep; `words`; `refused`, blocks that no build
admits, with the code of the rule each breaks. `events` and `words` that were made once stay byte for byte: append.
"""

import hashlib
import json

import dag_cbor
from multiformats import CID
from nacl.signing import SigningKey

DOMAIN = b"paceline/event/1"
ONE, TWO = SigningKey(bytes([1] * 32)), SigningKey(bytes([2] * 32))
AT = 1_790_000_000_000


def cid(block, codec="dag-cbor"):
    return CID("base32", 1, codec, ("sha2-256", hashlib.sha256(block).digest()))


def key(signer):
    return bytes(signer.verify_key)


def signed(signer, fields):
    """The block of an event: all its fields, and the signature over all the others."""
    signature = signer.sign(DOMAIN + dag_cbor.encode(fields)).signature
    return dag_cbor.encode({**fields, "sig": signature})


golden, words = [], []


def event(name, signer, kind, content, **links):
    fields = {"v": 1, "author": key(signer), "at": AT + len(golden), "body": {kind: content}, **links}
    block = signed(signer, fields)
    golden.append({"name": name, "cid": str(cid(block)), "block": block.hex()})
    return cid(block)


def say(signer, seq, text):
    block = dag_cbor.encode([room, key(signer), seq, bytes(range(16)), text])
    words.append({"text": text, "seq": seq, "cid": str(cid(block)), "block": block.hex()})
    return cid(block)


values = {"policy": "consent", "quorum": 50, "quorum_cap": 12, "grace": 30}
founding = {"fold": 1, "title": "Golden", "purpose": "To agree on bytes", "form": "blank", "values": values,
            "nonce": bytes(range(16))}
room = event("room-founded", ONE, "room-founded", founding, seq=0, depth=1)

# One author's chain, each event on the one before; `first` is what links point at, wherever any event would do.
first = event("introduced", TWO, "introduced", {"name": "zwölf", "strengths": ["facilitation", "Überblick"], "hue": 11},
              room=room, seq=0, parents=[room], depth=2)
prev, depth = first, 2


def then(name, kind, content, **more):
    global prev, depth
    depth += 1
    prev = event(name, TWO, kind, content, room=room, seq=depth - 2, prev=prev, depth=depth, **more)
    return prev


short = say(TWO, 1, "Short.")
long = say(TWO, 2, "Ein längerer Text mit \U0001F6B4 und\nzwei Zeilen.")
then("posted", "posted", {"kind": "update", "words": short})
then("posted, all fields", "posted", {"kind": "driver", "words": long, "reply_to": first, "tags": ["a", "b"],
                                      "mentions": [key(ONE)]})
then("edited", "edited", {"post": first, "words": short})
then("retracted", "retracted", {"post": first})
then("feedback-given", "feedback-given", {"target": first, "stance": "build-on"})
then("feedback-given, all fields", "feedback-given",
     {"target": first, "stance": "correct", "words": short, "sources": ["https://example.org/"]})
then("feedback-answered", "feedback-answered", {"feedback": first, "answer": "noted"})
then("feedback-answered, all fields", "feedback-answered",
     {"feedback": first, "answer": "adjusted", "words": short, "by": room})
then("feedback-withdrawn", "feedback-withdrawn", {"feedback": first})
then("baton-opened", "baton-opened", {"title": "Release"})
then("baton-opened, all fields", "baton-opened",
     {"title": "Release", "strengths": ["calm"], "minutes": 25, "need": first})
then("baton-offered", "baton-offered", {"baton": first, "tip": room, "to": key(ONE)})
then("baton-offered, all fields", "baton-offered", {"baton": first, "tip": room, "to": key(ONE), "note": "Yours?"})
then("baton-offer-withdrawn", "baton-offer-withdrawn", {"offer": first})
then("baton-declined", "baton-declined", {"offer": first})
then("baton-declined, all fields", "baton-declined", {"offer": first, "why": "Not today"})
then("baton-accepted", "baton-accepted", {"baton": first, "tip": room, "by": first})
then("baton-taken", "baton-taken", {"baton": first, "tip": room})
then("baton-stepped-in", "baton-stepped-in", {"baton": first, "tip": room, "silent_for": 2**53 - 1})
then("baton-reclaimed", "baton-reclaimed", {"baton": first, "tips": [room, first]})
then("baton-released", "baton-released", {"baton": first, "tip": room})
then("baton-released, all fields", "baton-released", {"baton": first, "tip": room, "note": "Done for now"})
then("baton-closed", "baton-closed", {"baton": first, "tip": room})
then("baton-closed, all fields", "baton-closed", {"baton": first, "tip": room, "outcome": "Shipped", "by": room})
then("nominated", "nominated", {"baton": first, "node": key(ONE)})
then("nominated, all fields", "nominated", {"baton": first, "node": key(ONE), "why": "Has done it before"})
then("shadowing", "shadowing", {"baton": first})
then("unknown", "from-a-newer-version",
     {"words": short, "ratio": -0.75, "low": -(2**64), "high": 2**64 - 1, "flag": True, "none": None,
      "list": [[], {}, b"", "", [1, [2]]]})
then("two parents", "retracted", {"post": first}, parents=[first, room])

# What must be refused, with the code of the rule it breaks.
wrong = []


def refuse(name, code, block):
    wrong.append({"name": name, "code": code, "block": block.hex()})


def head(major, n):
    for bits, info in ((8, 24), (16, 25), (32, 26), (64, 27)):
        if n < 24:
            return bytes([major << 5 | n])
        if n < 2**bits:
            return bytes([major << 5 | info]) + n.to_bytes(bits // 8, "big")


def text(s):
    return head(3, len(s)) + s.encode()


base = {"v": 1, "author": key(TWO), "at": AT, "seq": 0, "room": room, "parents": [room], "depth": 2,
        "body": {"retracted": {"post": first}}}


def variant(**change):
    return {name: value for name, value in {**base, **change}.items() if value is not ...}


def raw(spell, order):
    """A block whose entries are spelt by hand, with a good signature over just that spelling."""
    entries = lambda names: b"".join(text(name) + spell[name] for name in names)
    signature = TWO.sign(DOMAIN + head(5, len(order)) + entries(order)).signature
    spell = {**spell, "sig": dag_cbor.encode(signature)}
    at = next(i for i, name in enumerate(order) if (len(name), name) > (3, "sig"))
    order = order[:at] + ["sig"] + order[at:]
    return head(5, len(order)) + entries(order)


spelt = {name: dag_cbor.encode(value) for name, value in base.items()}
right = sorted(spelt, key=lambda name: (len(name), name))


def respelt(name, encoded):
    names = sorted({*right, name}, key=lambda name: (len(name), name))
    return raw({**spelt, name: encoded}, names)


def body(content):
    return signed(TWO, variant(body=content))


good = signed(TWO, base)
golden.append({"name": "base", "cid": str(cid(good)), "block": good.hex()})
assert respelt("at", dag_cbor.encode(AT)) == good

refuse("empty", "malformed", b"")
refuse("a list", "malformed", dag_cbor.encode([1]))
refuse("cut short", "malformed", good[:-1])
refuse("a field too many", "malformed", signed(TWO, variant(extra=1)))
refuse("no author", "malformed", signed(TWO, variant(author=...)))
refuse("author of 31 bytes", "malformed", signed(TWO, variant(author=key(TWO)[:31])))
refuse("no signature", "malformed", dag_cbor.encode(base))
refuse("signature of 63 bytes", "malformed", dag_cbor.encode({**base, "sig": bytes(63)}))
refuse("signature is text", "malformed", dag_cbor.encode({**base, "sig": "0" * 64}))
refuse("depth is text", "malformed", signed(TWO, variant(depth="2")))
refuse("depth is negative", "malformed", signed(TWO, variant(depth=-2)))
refuse("depth is a fraction", "malformed", signed(TWO, variant(depth=2.0)))
refuse("parent is text", "malformed", signed(TWO, variant(parents=[str(room)])))
refuse("parent is of another codec", "malformed", signed(TWO, variant(parents=[cid(b"", "raw")])))
refuse("parent's link is not a CID", "malformed", respelt("parents", head(4, 1) + b"\xd8\x2a\x43\x00\x01\x71"))
refuse("parent's link has no leading zero", "malformed", respelt("parents", head(4, 1) + b"\xd8\x2a\x41\x01"))
refuse("parent's link with a byte behind it", "malformed", respelt(
    "parents", head(4, 1) + b"\xd8\x2a\x58\x26\x00" + bytes(room) + b"\x00"))
refuse("link in an unknown kind with a byte behind it", "not-canonical", respelt(
    "body", b"\xa1\x61x\xd8\x2a\x58\x26\x00" + bytes(room) + b"\x00"))
refuse("another tag", "malformed", respelt("at", b"\xc1" + dag_cbor.encode(AT)))
refuse("text is not UTF-8", "malformed", respelt("body", b"\xa1\x61\xff\xa0"))
refuse("undefined", "malformed", respelt("prev", b"\xf7"))
refuse("a body of no kind", "malformed", body({}))
refuse("a body of two kinds", "malformed", body({"retracted": {"post": first}, "shadowing": {"baton": first}}))
refuse("a body that is text", "malformed", body("retracted"))
refuse("version 0", "malformed", signed(TWO, variant(v=0)))
refuse("no version", "malformed", signed(TWO, variant(v=...)))

refuse("version 2", "newer-version", signed(TWO, variant(v=2)))
refuse("version 2 of another shape", "newer-version", dag_cbor.encode({"v": 2, "who": [key(TWO)]}))

refuse("version 2 with many fields", "newer-version", dag_cbor.encode({"v": 2, **{f"field{i}": i for i in range(300)}}))

refuse("bytes follow", "not-canonical", good + b"\x00")
refuse("number not in its shortest form", "not-canonical", respelt("seq", b"\x18\x00"))
refuse("length not in its shortest form", "not-canonical", respelt("author", b"\x59\x00\x20" + key(TWO)))
refuse("list without a length", "not-canonical", respelt("parents", b"\x9f" + dag_cbor.encode(room) + b"\xff"))
refuse("bytes in pieces", "not-canonical", respelt("author", b"\x5f\x58\x20" + key(TWO) + b"\xff"))
refuse("keys out of order", "not-canonical", raw(spelt, ["at", "v"] + right[2:]))
refuse("a key twice", "not-canonical", raw(spelt, ["v"] + right))
refuse("null where absent is meant", "not-canonical", signed(TWO, variant(prev=None)))
refuse("an empty list where absent is meant", "not-canonical", signed(ONE, {
    "v": 1, "author": key(ONE), "at": AT, "seq": 0, "depth": 1, "parents": [], "body": {"room-founded": founding}}))
refuse("a half-size fraction", "not-canonical", respelt("body", b"\xa1\x61x\xf9\x3c\x00"))
refuse("a single-size fraction", "not-canonical", respelt("body", b"\xa1\x61x\xfa\x3f\x80\x00\x00"))
refuse("not a number", "not-canonical", respelt("body", b"\xa1\x61x\xfb\x7f\xf8" + bytes(6)))
refuse("infinity", "not-canonical", respelt("body", b"\xa1\x61x\xfb\x7f\xf0" + bytes(6)))
refuse("minus zero", "not-canonical", respelt("body", b"\xa1\x61x\xfb\x80" + bytes(7)))
refuse("keys of an unknown kind out of order", "not-canonical", respelt("body", b"\xa1\x61x\xa2\x62aa\x01\x61b\x02"))

refuse("nested 33 deep", "too-deep", respelt("body", b"\xa1\x61x" + b"\x81" * 30 + b"\x80"))
refuse("maps nested deep", "too-deep", respelt("body", b"\xa1\x61x" + b"\xa1\x60" * 1_000 + b"\xa0"))
deepest = respelt("body", b"\xa1\x61x" + b"\x81" * 29 + b"\x80")
golden.append({"name": "nested 32 deep", "cid": str(cid(deepest)), "block": deepest.hex()})

refuse("depth over 2^53 - 1", "out-of-range", signed(TWO, variant(depth=2**53)))
refuse("seq over 2^53 - 1", "out-of-range", signed(TWO, variant(seq=2**64 - 1, prev=room)))
refuse("at over 2^53 - 1", "out-of-range", signed(TWO, variant(at=2**53)))

many = [cid(bytes([i])) for i in range(65)]
refuse("65 parents", "field-too-long", signed(TWO, variant(parents=many)))
refuse("a kind of 41 characters", "field-too-long", body({"x" * 41: {}}))

refuse("a founding event at depth 2", "wrong-founding", signed(ONE, {
    "v": 1, "author": key(ONE), "at": AT, "seq": 0, "depth": 2, "body": {"room-founded": founding}}))
refuse("a founding event with parents", "wrong-founding", signed(ONE, {
    "v": 1, "author": key(ONE), "at": AT, "seq": 0, "depth": 2, "parents": [room], "body": {"room-founded": founding}}))

refuse("signed by another", "bad-signature", signed(ONE, base))
refuse("signed without the domain", "bad-signature",
       dag_cbor.encode({**base, "sig": TWO.sign(dag_cbor.encode(base)).signature}))
refuse("changed after it was signed", "bad-signature",
       dag_cbor.encode({**base, "at": AT + 1, "sig": TWO.sign(DOMAIN + dag_cbor.encode(base)).signature}))
refuse("a signature of zeros", "bad-signature", dag_cbor.encode({**base, "sig": bytes(64)}))

# The table of fold version 1, written down a second time. A field is (type, required); each type gives a right value, a
# value of another type, and what is over its limit.
LINK, NODE = ("link",), ("node",)
TITLE, NOTE, TAG = ("text", 200), ("text", 2_000), ("text", 40)
TAGS, SOURCES, MENTIONS, TIPS = ("list", TAG, 0, 16), ("list", NOTE, 0, 16), ("list", NODE, 0, 16), ("list", LINK, 1, 64)
NUMBER_32, MILLISECONDS, HUE = ("number", 2**32 - 1), ("number", 2**53 - 1), ("number", 11)
POST = ("one of", "update", "question", "idea", "need", "driver")
STANCE = ("one of", "appreciate", "build-on", "question", "concern", "correct")
ANSWER = ("one of", "adjusted", "noted", "declined")
DAY = ("day",)
PROMPTS, MINUTES, SECONDS = ("list", TITLE, 0, 16), ("number", 24 * 60), ("number", 24 * 60 * 60)
ITEM = ("one of", "talk", "round", "decision")
ORDER, TRUE = ("order", 64), ("true",)
MARK = ("mark", 100)
ASK = ("union", {
    "words": TRUE,
    "scale": ("map", {"min": MARK, "max": MARK, "low": TAG, "high": TAG}),
    "choice": ("list", TITLE, 0, 16),
    "dots": ("map", {"budget": ("number", 20, 1), "options": ("list", TITLE, 0, 64)}),
    "spoken": ("map", {"seconds?": SECONDS}),
})
VALUE = ("union", {"number": MARK, "choice": ("number", 15), "dots": ("list", ("number", 20), 0, 64)})
UNDER = ("union", {"title": TITLE, "answer": LINK})
NODES = ("list", NODE, 0, 64)
SHARES = ("list", ("map", {"to": NODE, "hash": ("bytes", 32, 32), "sealed": ("bytes", 1, 160)}), 0, 17)
END = ("one of", "again", "undone")
TURN = ("one of", "joined", "spoken", "passed", "away", "again")
FORM_SECONDS = ("number", 60 * 60, 10)
VALUES = ("some of", {"title?": TITLE, "seconds_each?": FORM_SECONDS, "every_days?": ("number", 366, 1), "write_seconds?": FORM_SECONDS,
                      "dots?": ("number", 20, 1), "vote_seconds?": FORM_SECONDS, "talk_seconds?": FORM_SECONDS,
                      "update_seconds?": FORM_SECONDS})
POLICY = ("one of", "consent", "majority", "unanimous", "advice")
BALLOT = ("one of", "consent", "concern", "object", "stand-aside")
EFFECT = ("union", {
    "title": TITLE,
    "purpose": NOTE,
    "values": ("map", {"policy?": POLICY, "quorum?": ("number", 100), "quorum_cap?": ("number", 2**16 - 1, 2), "grace?": ("number", 24 * 60 * 60, 5),
                       "prompts?": PROMPTS}),
    "behind-notice": NODE,
    "no-notice": NODE,
    "version": ("number", 2**32 - 1, 2),
    "hand-baton": ("map", {"baton": LINK, "to": NODE}),
    "close-baton": LINK,
})
KINDS = {
    "fold-raised": {"to": NUMBER_32, "closing": LINK},
    "introduced": {"name": TITLE, "strengths": TAGS, "hue": HUE},
    "posted": {"kind": POST, "words": LINK, "reply_to?": LINK, "tags?": TAGS, "mentions?": MENTIONS},
    "edited": {"post": LINK, "words": LINK},
    "retracted": {"post": LINK, "alone?": TRUE},
    "feedback-given": {"target": LINK, "stance": STANCE, "words?": LINK, "sources?": SOURCES},
    "feedback-answered": {"feedback": LINK, "answer": ANSWER, "words?": LINK, "by?": LINK},
    "feedback-withdrawn": {"feedback": LINK},
    "baton-opened": {"title": TITLE, "strengths?": TAGS, "minutes?": NUMBER_32, "need?": LINK},
    "baton-offered": {"baton": LINK, "tip": LINK, "to": NODE, "note?": NOTE},
    "baton-offer-withdrawn": {"offer": LINK},
    "baton-declined": {"offer": LINK, "why?": NOTE},
    "baton-accepted": {"baton": LINK, "tip": LINK, "by": LINK},
    "baton-taken": {"baton": LINK, "tip": LINK},
    "baton-stepped-in": {"baton": LINK, "tip": LINK, "silent_for": MILLISECONDS},
    "baton-reclaimed": {"baton": LINK, "tips": TIPS},
    "baton-released": {"baton": LINK, "tip": LINK, "note?": NOTE},
    "baton-closed": {"baton": LINK, "tip": LINK, "outcome?": NOTE, "by?": LINK},
    "nominated": {"baton": LINK, "node": NODE, "why?": NOTE},
    "shadowing": {"baton": LINK},
    "asked": {"node": NODE, "words": LINK},
    "promised": {"words": LINK, "due?": DAY, "from?": LINK},
    "promise-kept": {"promise": LINK, "evidence?": LINK},
    "promise-dropped": {"promise": LINK, "words": LINK},
    "promise-renewed": {"promise": LINK, "due?": DAY},
    "proposed": {"title": TITLE, "words": LINK, "policy?": POLICY, "effect?": EFFECT, "trial?": TRUE, "review_on?": DAY, "meeting?": LINK, "about?": LINK},
    "amended": {"proposal": LINK, "words": LINK, "title?": TITLE, "effect?": EFFECT, "fix?": LINK},
    "proposal-withdrawn": {"proposal": LINK},
    "ballot-cast": {"proposal": LINK, "version": LINK, "stance": BALLOT, "words?": LINK},
    "decision-closed": {"proposal": LINK, "version": LINK},
    "also-me": {"node": NODE},
    "not-me": {"node": NODE},
    "meeting-opened": {"title": TITLE, "form?": TAG, "prompts?": PROMPTS, "call_link?": NOTE, "resumes?": LINK, "values?": VALUES},
    "meeting-closed": {"meetings": TIPS, "words?": LINK},
    "role-of": {"meeting": LINK, "baton": LINK},
    "agenda-item-added": {"title": TITLE, "kind": ITEM, "order": ORDER, "meeting?": LINK, "minutes?": MINUTES, "tags?": TAGS, "about?": LINK},
    "agenda-item-changed": {"item": LINK, "title?": TITLE, "minutes?": MINUTES, "order?": ORDER, "meeting?": LINK, "later?": TRUE},
    "agenda-item-done": {"item": LINK, "outcome?": NOTE, "again?": TRUE},
    "agenda-at": {"meeting": LINK, "item?": LINK, "seconds?": SECONDS},
    "timer-set": {"meeting": LINK, "seconds": SECONDS, "about?": LINK},
    "round-opened": {"question": TITLE, "ask": ASK, "sealed?": TRUE, "meeting?": LINK, "order?": NODES, "many?": TRUE},
    "answered": {"round": LINK, "answer?": VALUE, "words?": LINK},
    "sealed": {"round": LINK, "commit": ("bytes", 32, 32), "answer?": ("bytes", 1, 1024), "words?": LINK, "shares?": SHARES},
    "reveal-opened": {"round": LINK},
    "revealed": {"sealed": LINK, "by": LINK, "answer?": VALUE, "salt?": ("bytes", 16, 16), "words?": LINK},
    "share-opened": {"sealed": LINK, "by": LINK, "share": ("bytes", 33, 64)},
    "answer-done": {"round": LINK, "passed?": TRUE},
    "turn-done": {"round": LINK, "node": NODE, "state": TURN, "next?": NODE},
    "round-closed": {"round": LINK, "how?": END},
    "theme-placed": {"answer": LINK, "round": LINK, "under?": UNDER},
}


def at_limit(of):
    """A value at the type's limit, where it has one."""
    match of:
        case ("link",): return first
        case ("node",): return key(ONE)
        case ("text", most): return "\u00e9" + "x" * (most - 1)
        case ("number", most, *_) | ("mark", most): return most
        case ("bytes", _, most): return bytes(most)
        case ("union", cases): return {name: at_limit(of) for name, of in [list(cases.items())[1]]}
        case ("map" | "some of", fields): return {field.rstrip("?"): at_limit(of) for field, of in fields.items()}
        case ("one of", *words): return words[-1]
        case ("day",): return "9999-12-31"
        case ("order", most): return bytes(most - 1) + b"\x01"
        case ("true",): return True
        case ("list", item, _, most): return [at_limit(item) if item[0] != "text" else "x"] * most


def plain(of):
    """A value well within it."""
    match of:
        case ("text", _): return "x"
        case ("number", _, *least): return max(1, *least, 1)
        case ("mark", _): return 1
        case ("bytes", least, _): return bytes(least)
        case ("union", cases): return {name: plain(of) for name, of in [list(cases.items())[0]]}
        case ("map", fields): return {field: plain(of) for field, of in fields.items() if not field.endswith("?")}
        case ("some of", fields): return {field.rstrip("?"): plain(of) for field, of in [list(fields.items())[1]]}
        case ("list", item, _, _): return [plain(item)]
        case _: return at_limit(of)


def wrong_values(of, optional):
    """Values that do not fit, each with what is wrong with it."""
    yield "is null", None
    match of:
        case ("link",):
            yield "is text", str(first)
            yield "is a link to other than a block of ours", cid(b"", "raw")
        case ("node",):
            yield "is a byte short", key(ONE)[:31]
        case ("text", most):
            yield "is bytes", b"x"
            yield "is a character too long", "\u00e9" + "x" * most
            if optional:
                yield "is empty and there", ""
        case ("number", most, *least):
            yield "is a fraction", 1.0
            yield "is negative", -1
            yield "is one too many", most + 1
            if least:
                yield "is one too few", least[0] - 1
        case ("mark", most):
            yield "is a fraction", 1.0
            yield "is too far down", -most - 1
            yield "is too far up", most + 1
            yield "is as far down as can be", -(2**63)
        case ("bytes", least, most):
            yield "is text", "x"
            yield "is a byte too long", bytes(most + 1)
            yield "is a byte too short", bytes(least - 1)
        case ("union", cases):
            yield "is nothing", {}
            yield "is no map", list(cases)[0]
            yield "is something else", {"other": 1}
            yield "is two things", {name: plain(of) for name, of in list(cases.items())[:2]}
            for name, it in cases.items():
                for what, value in wrong_values(it, False):
                    yield f"as {name} {what}", {name: value}
        case ("map" | "some of" as sort, fields):
            yield "is a list", []
            if sort == "some of":
                yield "is empty and there", {}
            types = {field.rstrip("?"): (of, field.endswith("?")) for field, of in fields.items()}
            whole = {field: plain(of) for field, (of, _) in types.items()}
            yield "has a field too many", {**whole, "later": 1}
            for field, (it, absent) in types.items():
                if not absent:
                    yield f"lacks {field}", {name: value for name, value in whole.items() if name != field}
                for what, value in wrong_values(it, absent):
                    yield f"with {field} that {what}", {**whole, field: value}
        case ("one of", *_):
            yield "is another word", "other"
            yield "is a map", {of[-1]: None}
        case ("day",):
            yield "is a number", 20261201
            yield "is empty and there", ""
            for what, day in [("lacks a zero", "2026-12-1"), ("has a time", "2026-12-01T00:00"), ("has slashes", "2026/12/01"),
                              ("is in no calendar", "2026-02-29"), ("is in no month", "2026-13-01"),
                              ("is before the first", "0000-12-31"), ("has a sign", "+026-12-01")]:
                yield what, day
        case ("order", most):
            yield "is text", "80"
            yield "is a byte too long", bytes(most) + b"\x01"
            yield "ends with a zero", b"\x80\x00"
            yield "is empty and there", b""
        case ("true",):
            yield "is said not to be", False
            yield "is a number", 1
        case ("list", item, least, most):
            yield "is no list", at_limit(item)
            yield "is an item too long", [at_limit(item) if item[0] != "text" else "x"] * (most + 1)
            yield "has a wrong item", [1.5]
            if item[0] == "text":
                yield "has an item too long", ["x" * (item[1] + 1)]
            if optional or least:
                yield "is empty and there", []


unknown = []


def admitted(name, kind, words, block):
    """Admitted by every build, and nothing to any."""
    link = None if words is None else str(words)
    unknown.append({"name": name, "kind": kind, "words": link, "cid": str(cid(block)), "block": block.hex()})


def misfit(name, kind, content):
    words = content.get("words")
    ours = isinstance(words, CID) and words.codec.name == "dag-cbor"
    admitted(f"{kind}: {name}", kind, words if ours else None, body({kind: content}))


def fits(name, kind, content):
    block = body({kind: content})
    golden.append({"name": name, "cid": str(cid(block)), "block": block.hex()})


for name, of in [*ASK[1].items()]:
    fits(f"round-opened that asks for {name}", "round-opened", {"question": "x", "ask": {name: at_limit(of)}})
    fits(f"round-opened that asks for {name}, no more than it needs", "round-opened", {"question": "x", "ask": {name: plain(of)}})
fits("round-opened with negative ends", "round-opened",
     {"question": "x", "ask": {"scale": {"min": -100, "max": -1, "low": "", "high": ""}}})
for name, of in VALUE[1].items():
    fits(f"answered with {name}", "answered", {"round": first, "answer": {name: at_limit(of)}})
for name, of in UNDER[1].items():
    fits(f"theme-placed under {name}", "theme-placed", {"answer": first, "round": first, "under": {name: at_limit(of)}})
for name, of in EFFECT[1].items():
    fits(f"proposed to change {name}", "proposed", {"title": "x", "words": first, "effect": {name: at_limit(of)}})
for kind, fields in KINDS.items():
    types = {field.rstrip("?"): (of, field.endswith("?")) for field, of in fields.items()}
    whole = {field: plain(of) for field, (of, _) in types.items()}
    fits(f"{kind}, at its limits", kind, {field: at_limit(of) for field, (of, _) in types.items()})
    fits(f"{kind}, no more than it needs", kind,
         {field: plain(of) for field, (of, optional) in types.items() if not optional})
    misfit("a field too many", kind, {**whole, "later": 1})
    for field, (of, optional) in types.items():
        if not optional:
            misfit(f"lacks {field}", kind, {name: value for name, value in whole.items() if name != field})
        for what, value in wrong_values(of, optional):
            misfit(f"{field} {what}", kind, {**whole, field: value})
for content in ([], None, "retracted", 1.5):
    admitted(f"retracted: {content!r} in place of its fields", "retracted", None, body({"retracted": content}))


def founded(content, kind="room-founded"):
    return signed(ONE, {"v": 1, "author": key(ONE), "at": AT, "seq": 0, "depth": 1, "body": {kind: content}})


# Rooms of a newer version, and what founds a room inside a room.
admitted("founds a room of fold version 2", "room-founded", None, founded({**founding, "fold": 2}))
admitted("founds a room of fold version 0", "room-founded", None, founded({**founding, "fold": 0}))
admitted("founds a room with a field too many", "room-founded", None, founded({**founding, "later": 1}))
admitted("founds a room with a quorum of 101 per cent", "room-founded", None,
         founded({**founding, "values": {**values, "quorum": 101}}))
admitted("founds a room with a value too many", "room-founded", None,
         founded({**founding, "values": {**values, "later": 1}}))
admitted("founds a room with a nonce of 15 bytes", "room-founded", None, founded({**founding, "nonce": bytes(15)}))
admitted("founds a room with a title of 201 characters", "room-founded", None, founded({**founding, "title": "x" * 201}))
admitted("founds a room with another event", "retracted", None, founded({"post": first}, "retracted"))
admitted("founds a room with a kind that nobody knows", "world-founded", short,
         founded({"words": short, "title": [1.5]}, "world-founded"))
admitted("founds a room inside a room", "room-founded", None, body({"room-founded": founding}))


# Kinds that nobody knows: anything that DAG-CBOR can hold.
def of_a_newer_kind(name, content, words=None, kind="from-a-newer-version"):
    admitted(name, kind, words, body({kind: content}))


of_a_newer_kind("numbers as large and as small as can be", [2**64 - 1, -(2**64), 0, -1, 23, 24, 255, 256, 2**16, 2**32])
of_a_newer_kind("fractions", [0.0, -0.75, 5e-324, 1.7976931348623157e308, 1 / 3, 2.0**53])
of_a_newer_kind("lists and maps in one another", {"a": [{"b": [[], {}, [{"c": {"": [None, True, False]}}]]}], "aa": b"", "b": ""})
of_a_newer_kind("words with other fields before and behind them", {"a": [1.5], "words": short, "words2": long}, short)
of_a_newer_kind("words that are no link", {"words": str(short)})
of_a_newer_kind("words that are a link to other than a block of ours", {"words": cid(b"", "raw")})
of_a_newer_kind("words deeper down", {"in": {"words": short}})
of_a_newer_kind("words in a list", [short])
of_a_newer_kind("links of other codecs and hashes", [
    cid(b"", "raw"), CID("base32", 1, "dag-pb", ("sha2-512", hashlib.sha512(b"").digest())),
    CID("base32", 1, "raw", ("identity", b"")), CID("base32", 1, "raw", ("identity", b"inline"))])
of_a_newer_kind("a kind without a name", None, kind="")
of_a_newer_kind("a kind of 40 characters", {}, kind="\u00e9" * 40)

# Words of several texts, and a longer one.
say(TWO, 3, ["one", "", "drei \U0001F6B4"])
say(TWO, 2**53 - 1, [])
say(TWO, 4, "x" * 300)

refuse("a body of a kind in a list", "malformed", body([{"retracted": {"post": first}}]))
refuse("half a link in an unknown kind", "not-canonical", respelt(
    "body", b"\xa1\x61x\xd8\x2a\x58\x24\x00" + bytes(room)[:-1]))
refuse("a link of version 0 in an unknown kind", "not-canonical", respelt(
    "body", b"\xa1\x61x\xd8\x2a\x58\x23\x00" + bytes(room)[2:]))
refuse("a link's codec not in its shortest form", "not-canonical", respelt(
    "body", b"\xa1\x61x\xd8\x2a\x58\x26\x00\x01\xf1\x00" + bytes(room)[2:]))
refuse("a link without a leading zero in an unknown kind", "malformed", respelt(
    "body", b"\xa1\x61x\xd8\x2a\x58\x24" + bytes(room)))
refuse("a simple value of CBOR alone", "malformed", respelt("body", b"\xa1\x61x\xf7"))
refuse("a key of an unknown kind that is no text", "malformed", respelt("body", b"\xa1\x61x\xa1\x01\x01"))
refuse("an event without a room that is not the first", "wrong-founding", signed(TWO, variant(room=..., parents=..., depth=1, seq=1, prev=room)))

print(json.dumps({"events": golden, "unknown": unknown, "words": words, "refused": wrong}, indent=1, ensure_ascii=False))
