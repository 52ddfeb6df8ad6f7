"""Checks a pack of `casus evidence pack` with Python and `cryptography` alone: no database, no secret, no network.

    python -I verify.py pack.zip --checkpoint the-one-i-was-given.txt --key casusregie/3f0c...+a1b2c3d4+AZ...

Exit: 0 everything holds; 1 something does not hold; 2 it can't be checked. Nothing is shown before all holds.
The formats: C2SP signed-note and tlog-checkpoint, RFC 6962; the rest is in the pack's README. All that is checked stands before
`SAYS`; `check` is where it comes together.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import re
import struct
import sys
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

FORMAT = "casusregie-pack/1"
MEMBERS = {"README.md", "pack.json", "verify.py", "checkpoint.txt", "earlier.txt"}
LIMIT = 64 * 1024 * 1024
PACK = {"format": str, "case": str, "store": str, "origin": str, "key": str, "checkpoint": str, "upto": int, "events": list}
EVENT = {
    "place": int, "stream": str, "version": int, "topic": str, "recorded_at": str, "recorded_by": str, "placed_at": str,
    "proof": list,
}  # fmt: skip
ENVELOPE = {"stream": str, "version": int, "topic": str, "by": dict, "facts": dict, "sealed": dict}
ERASING = ("case.rights.subject-erased", "case.rights.erasure-begun")
DISCLOSED, OTHERS = "access.access.disclosed", "other-cases"
ORIGIN = re.compile(r"casusregie/([0-9a-f]{32})(/[0-9a-f]{8}(-[a-z0-9-]{1,60})?)?")
KEY = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})")
NOTE = re.compile(
    r"""( ([^\0-\x1f]+)\n         # what is signed: which log,
          ([1-9][0-9]{0,18})\n    # how many leaves,
          ([A-Za-z0-9+/]{43}=)\n  # their root, 32 bytes,
          (?:[^\0-\x1f]+\n)* )\n  # and whatever else; after an empty line by whom it is signed, and how, with the key's id
        ( (?:\u2014\ [^\0-\x1f\s+]+\ [A-Za-z0-9+/]{7,}={0,2}\n)+ )""",
    re.VERBOSE,
)
Object = dict[str, Any]
Said = dict[int, tuple[Object, Object | None]]
"""Each event by its place, with what its bytes say: None where they are withheld."""


class Fault(Exception):
    """What is wrong: a code of `SAYS`, what it is about, and the event at fault."""

    def __init__(self, code: str, what: object = "", event: Object | None = None) -> None:
        super().__init__(code)
        self.code, self.what, self.event = code, what, event


class Key(NamedTuple):
    """A verifier key: its name, its id (4 bytes) and the Ed25519 key (32)."""

    name: str
    id: bytes
    key: bytes


class Note(NamedTuple):
    """A signed checkpoint: which log, how many leaves, their root; what was signed, and the signatures (name, id and bytes)."""

    origin: str
    size: int
    root: bytes
    text: bytes
    signatures: list[tuple[str, bytes]]


class Held(NamedTuple):
    """What was found to hold: the note, the events, the last version of the case, the size of the earlier checkpoint (0: none),
    and what is to be minded about it (codes of `SAYS`).
    """

    note: Note
    said: Said
    last: int
    since: int
    minds: list[str]


# --- reading, whatever it is


def unreadable(what: str) -> NoReturn:
    """Refuse to go on: this is no pack."""
    raise Fault("unreadable", what)


def unbase64(text: object) -> bytes:
    """The bytes of base64 in its one spelling."""
    try:
        data = base64.b64decode(text) if isinstance(text, str) else b""
    except ValueError:
        unreadable("base64")
    return data if base64.b64encode(data).decode() == text else unreadable("base64")


def loads(data: bytes) -> Any:
    """JSON without a name twice in one object, without numbers that are none, and not of very many parts: they take memory."""

    def once(pairs: list[tuple[str, Any]]) -> Object:
        return dict(pairs) if len({name for name, _ in pairs}) == len(pairs) else unreadable("a name twice")

    if sum(map(data.count, (b",", b"[", b"{"))) > 100_000 + len(data) // 40:
        unreadable("size")
    try:
        return json.loads(data.decode(), object_pairs_hook=once, parse_constant=unreadable)
    except (ValueError, RecursionError):
        unreadable("JSON")


def shaped(value: Any, needs: dict[str, type], **may: type) -> Object:
    """The object, if it has the names that it needs, besides at most those that it may have, and values of these types."""
    kinds = needs | may
    if type(value) is not dict or not needs.keys() <= value.keys() <= kinds.keys():
        unreadable("names")
    if any(type(each) is not kinds[name] for name, each in value.items()):
        unreadable("types")
    return value


def contents(path: str) -> bytes:
    """The bytes of a file."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(LIMIT + 1)
    except (OSError, ValueError):
        raise Fault("no-file", path) from None
    return data if len(data) <= LIMIT else unreadable("size")


def read(path: str) -> tuple[Any, dict[str, bytes]]:
    """The pack, and all that is in the zip. A zip that is not just as it was made (names, packing, sizes) is not opened."""
    data = contents(path)
    if not data.startswith(b"PK"):
        return loads(data), {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            members = packed.infolist()
            names = {m.filename for m in members}
            if len(names) != len(members) or not {"pack.json", "checkpoint.txt"} <= names <= MEMBERS:
                unreadable("members")
            if any(m.compress_type for m in members) or sum(m.file_size for m in members) > len(data):
                unreadable("packing")
            found = {name: packed.read(name) for name in names}
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError, OverflowError, struct.error):
        unreadable("zip")
    return loads(found["pack.json"]), found


# --- the signed note


def verifier_key(text: str) -> Key:
    """A verifier key, written `<name>+<id>+<kind and key>`: the kind is 1, Ed25519; the id comes of all the rest."""
    if found := KEY.fullmatch(text.strip()):
        name, data = found[1], base64.b64decode(found[3])
        key = Key(name, hashlib.sha256(f"{name}\n".encode() + data).digest()[:4], data[1:])
        if data[0] == 1 and found[2] == key.id.hex():
            return key
    raise Fault("bad-key")


def keys_in(given: str) -> str:
    """The verifier keys that were given: themselves, else in the file of that name."""
    try:
        for each in given.split() or [given]:
            verifier_key(each)
        return given
    except Fault as fault:
        try:
            return contents(given).decode()
        except Fault as no_file:
            raise (fault if "+" in given else no_file) from None


def note_of(text: str, what: str) -> Note:
    """Take a note apart. Nothing of it is checked yet."""
    found = NOTE.fullmatch(text)
    try:
        signed, origin, size, root, lines = found.groups() if found else unreadable("note")
        signatures = [(name, unbase64(data)) for name, data in re.findall(r" (\S+) (\S+)\n", lines)]
        return Note(origin, int(size), unbase64(root), signed.encode(), signatures)
    except Fault:
        raise Fault("bad-note", what) from None


def check_signature(note: Note, key: Key | None, what: str) -> None:
    """Others' signatures are passed over; this key's must be there, and right."""
    if key is None:
        raise Fault("no-key", note.origin)
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise Fault("no-cryptography", "python -m pip install cryptography") from None
    own = [data[4:] for name, data in note.signatures if (name, data[:4]) == (key.name, key.id)]
    if not own:
        raise Fault("other-key", what)
    try:
        for signature in own:
            Ed25519PublicKey.from_public_bytes(key.key).verify(signature, note.text)
    except InvalidSignature:
        raise Fault("forged", what) from None


# --- the tree (RFC 6962, section 2.1; checked as in RFC 9162, sections 2.1.3.2 and 2.1.4.2)


def node(left: bytes, right: bytes) -> bytes:
    """The hash of a node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def climb(at: int, last: int, start: bytes, proof: list[bytes]) -> tuple[bytes, bytes] | None:
    """From a node up to the root. In: the node's number in its row and that of the row's last (from 0), its hash, and those that
    it meets on the way. Out: the root of the tree that ends with this node, and of the whole; None for a proof of another length.
    """
    if any(len(each) != 32 for each in (start, *proof)):
        return None
    old = new = start
    for each in proof:
        if not last:
            return None
        if at & 1 or at == last:
            old, new = node(each, old), node(each, new)
            while at and not at & 1:  # the row's last goes up as it is where it has no other beside it
                at, last = at >> 1, last >> 1
        else:
            new = node(new, each)
        at, last = at >> 1, last >> 1
    return (old, new) if not last else None


def inclusion(index: int, size: int, leaf: bytes, proof: list[bytes], root: bytes) -> bool:
    """Whether the leaf's hash is at this index (from 0) of the tree with this size and root."""
    found = climb(index, size - 1, leaf, proof) if 0 <= index < size else None
    return found is not None and found[1] == root


def consistency(first: int, second: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    """Whether the tree of the second size begins with that of the first."""
    if not 0 < first < second:
        return 0 < first == second and not proof and old_root == new_root
    at, last = first - 1, second - 1
    while at & 1:  # up to the largest perfect subtree that ends where the first tree does; at 0 that is all of it
        at, last = at >> 1, last >> 1
    path = proof if at else [old_root, *proof]
    return bool(path) and climb(at, last, path[0], path[1:]) == (old_root, new_root)


# --- one event


def micros(stamp: str, event: Object) -> int:
    """A stamp, in its one spelling, as microseconds since 1970."""
    try:
        moment = datetime.fromisoformat(stamp).replace(tzinfo=UTC)
        if moment.isoformat(timespec="microseconds").replace("+00:00", "Z") == stamp:
            return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    except ValueError:
        pass
    raise Fault("stamp", event=event)


def check_inclusion(pack: Object, note: Note, event: Object, digest: bytes) -> None:
    """The event is in the signed log, at its place, with these stamps and with bytes of this digest: all of it is in the leaf."""
    if not 0 < event["place"] <= pack["upto"] <= note.size or event["version"] < 1:
        raise Fault("beyond", event=event)
    times = [micros(event[name], event) for name in ("recorded_at", "placed_at")]
    texts = [event[name].encode() for name in ("stream", "topic", "recorded_by")]
    try:
        numbers = struct.pack(">QQqq", event["place"], event["version"], *times)
        entry = b"casusregie/leaf1" + bytes.fromhex(pack["store"]) + numbers + digest
        entry += b"".join(struct.pack(">H", len(text)) + text for text in texts)
    except struct.error:
        unreadable("a number or a text too large")
    leaf, proof = hashlib.sha256(b"\x00" + entry).digest(), [unbase64(each) for each in event["proof"]]
    if len(digest) != 32 or not inclusion(event["place"] - 1, note.size, leaf, proof, note.root):
        raise Fault("inclusion", event=event)


def check_envelope(event: Object, says: Object) -> None:
    """What the stored bytes say of themselves is what stands beside them."""
    for name, kind in ENVELOPE.items():
        if type(says.get(name)) is not kind or says[name] != event.get(name, says[name]):
            raise Fault("envelope", name, event)


def check_commitment(event: Object, field: str, commitment: str, salt: bytes, text: str) -> None:
    """The text with its salt is what was committed to, at this place in the history: all parts, each after its length."""
    parts = (b"casusregie text commitment 1", event["stream"].encode(), event["version"].to_bytes(8, "big"), field.encode())
    whole = b"".join(len(part).to_bytes(4, "big") + part for part in (*parts, salt, text.encode()))
    if len(salt) != 16 or hashlib.sha256(whole).hexdigest() != commitment:
        raise Fault("commitment", field, event)


def check_texts(event: Object, says: Object) -> None:
    """Each sealed field has its text with its salt, or why not; nothing else has one."""
    sealed, texts = says["sealed"], event.get("texts", {})
    if "texts" in event and not texts:
        unreadable("texts")
    for field in texts.keys() | sealed.keys():
        if field not in sealed or field not in texts:
            raise Fault("text-missing" if field in sealed else "not-sealed", field, event)
        told, of = texts[field], shaped(sealed[field], {"subject": str, "key": str, "commitment": str, "digest": str})
        if type(told) is dict and "text" in told:
            shaped(told, {"text": str, "salt": str})
            check_commitment(event, field, of["commitment"], unbase64(told["salt"]), told["text"])
        elif shaped(told, {"withheld": str}, by=int)["withheld"] not in WHY.keys() - {OTHERS}:
            unreadable("withheld")


def check_event(pack: Object, note: Note, event: Any) -> Object | None:
    """One event with its proof. Out: what its bytes say; None where they are withheld."""
    if type(event) is dict and "state" in event:
        state = unbase64(shaped(event, EVENT | {"state": str}, texts=dict)["state"])
        check_inclusion(pack, note, event, hashlib.sha256(state).digest())
        found = loads(state)
        says: Object = {"sealed": {}} | found if type(found) is dict else {}
        check_envelope(event, says)
        check_texts(event, says)
        return says
    digest = unbase64(shaped(event, EVENT | {"digest": str, "withheld": dict})["digest"])
    check_inclusion(pack, note, event, digest)
    why = shaped(event["withheld"], {"withheld": str}, by=int)["withheld"]
    if why != "erased" and (why, event["topic"]) != (OTHERS, DISCLOSED):
        raise Fault("erasure", why, event)
    return None


# --- the whole


def check_erasure(said: Said) -> None:
    """Of what is said to be erased the history says so: later, in the same stream, at the place that is named (nothing else names
    one). Of a text it says so of whom the text is about; whom bytes that are withheld were about nothing proves.
    """
    for event, says in said.values():
        texts = event.get("texts", {}).items() if says else ()
        reasons = [(told, says["sealed"][field]["subject"]) for field, told in texts if says and "withheld" in told]
        for why, subject in reasons if says else [(event["withheld"], None)]:
            if why["withheld"] != "erased" and "by" not in why:
                continue
            at, by = said.get(why.get("by", 0), (event, None))
            later = at["place"] > event["place"] and at["stream"] == event["stream"] and at["topic"] in ERASING
            if why["withheld"] != "erased" or not later or by is None or subject not in (None, by["facts"].get("subject")):
                raise Fault("erasure", why.get("by", "erased"), event)


def check_versions(pack: Object, said: Said) -> int:
    """The versions of each stream count from 1 in the order of places, without a gap. Out: the last of the case."""
    last = {pack["case"]: 0}
    for event, _ in said.values():
        expected = last.get(event["stream"], 0) + 1
        if event["version"] != expected:
            raise Fault("versions" if event["version"] > expected else "twice", expected - 1, event)
        last[event["stream"]] = expected
    return last[pack["case"]] or unreadable("no event of the case")


def check_streams(pack: Object, said: Said, last: int) -> None:
    """What is not of the case's own stream is who saw it; and nobody saw more of it than is shown."""
    for event, says in said.values():
        if event["stream"] == pack["case"]:
            continue
        facts = says["facts"] if says else {"of": pack["case"]}
        seen, version = facts.get("seen"), facts.get("seen_version")
        mine = facts.get("of") == pack["case"]
        if event["topic"] != DISCLOSED or not (mine or (isinstance(seen, list) and pack["case"] in seen)):
            raise Fault("stream", event=event)
        if mine and type(version) is int and version > last:
            raise Fault("tail", version, event)


def check_log(pack: Object, given: dict[str, Key]) -> Note:
    """The checkpoint is of the store that the pack names, and signed with its key, which is one of those given, if any are."""
    origin, own, note = ORIGIN.fullmatch(pack["origin"]), verifier_key(pack["key"]), note_of(pack["checkpoint"], "checkpoint")
    if pack["format"] != FORMAT or origin is None:
        unreadable("format")
    if origin[1] != pack["store"] or not pack["origin"] == note.origin == own.name:
        raise Fault("other-log", note.origin)
    if given and given.get(own.name) != own:
        anew = own.name not in given and any(pack["store"] in name for name in given)
        raise Fault("no-key", own.name) if anew else Fault("other-key", "--key")
    check_signature(note, own, "checkpoint")
    return note


def check_since(pack: Object, note: Note, given: dict[str, Key], held: str | None) -> tuple[int, list[str]]:
    """The log goes on from the auditor's checkpoint; without one, from the pack's own copy. That may be of a log that was begun
    anew since: of the same store, under another name and key. Out: its size, 0 for none, and what is to be minded.
    """
    since = shaped(pack["since"], {"checkpoint": str, "proof": list}, key=str) if "since" in pack else {}
    copy = note_of(since["checkpoint"], "since") if since else None
    earlier = copy if held is None else note_of(held, "--checkpoint")
    if earlier is None:
        return 0, ["no-since"]
    keys = {key.name: key for key in map(verifier_key, (pack["key"], since.get("key", pack["key"])))} | given
    for each in (earlier, copy or earlier):
        if not f"{each.origin}/".startswith(f"casusregie/{pack['store']}/"):
            raise Fault("other-log", each.origin)
        check_signature(each, keys.get(each.origin), f"checkpoint {each.size}")
    if earlier.size > note.size:
        raise Fault("older", earlier.size)
    proved = copy is not None and copy.size == earlier.size
    if not proved and earlier.size < note.size:
        raise Fault("no-proof-since", earlier.size)
    proof = [unbase64(each) for each in since["proof"]] if proved else []
    if not consistency(earlier.size, note.size, earlier.root, note.root, proof):
        raise Fault("inconsistent", earlier.size)
    minds = [] if held is not None else ["own-since"]
    if earlier.origin != note.origin:
        minds += ["begun-anew"] if earlier.origin in given else ["begun-anew", "own-former-key"]
    return earlier.size, minds


def check(pack: Any, beside: dict[str, bytes], key: str | None = None, held: str | None = None) -> Held:
    """Check everything. In: the pack, what else is in the zip, the verifier keys (one a line) and the checkpoint that the auditor
    has. Raises `Fault` for the first thing that is wrong.
    """
    shaped(pack, PACK, since=dict)
    given = {each.name: each for each in map(verifier_key, key.split() or [""])} if key is not None else {}
    note = check_log(pack, given)
    since, minds = check_since(pack, note, given, held)
    for member, named in {"checkpoint.txt": pack, "earlier.txt": pack.get("since")}.items():
        if beside and beside.get(member) != (named and named["checkpoint"].encode()):
            raise Fault("member", member)
    said: Said = {}
    before = (0, "")
    for event in pack["events"]:
        says = check_event(pack, note, event)
        if event["place"] <= before[0] or event["placed_at"] < before[1]:
            raise Fault("twice" if event["place"] in said else "order", event=event)
        before = (event["place"], event["placed_at"])
        said[event["place"]] = (event, says)
    check_erasure(said)
    last = check_versions(pack, said)
    check_streams(pack, said, last)
    return Held(note, said, last, since, minds if key is not None else ["own-key", *minds])


# --- showing, once all holds: the sentences (Dutch, English), and what is known of each event


NOT_CHECKED = {  # what leaves it open whether the pack holds; any other fault says that it does not
    "no-cryptography": ("Installeer eerst cryptography: {what}", "Install cryptography first: {what}"),
    "unreadable": ("Dit is niet te lezen als pakket ({what}).", "This can't be read as a pack ({what})."),
    "no-file": ("{what} is niet te lezen.", "{what} can't be read."),
    "bad-moment": ("Geef een dag of een tijd met zone ({what}).", "Give a day or a time with its zone ({what})."),
    "bad-key": ("Dit is geen verificatiesleutel.", "This is not a verifier key."),
    "bad-note": ("Dit is geen ondertekend controlepunt ({what}).", "This is not a signed checkpoint ({what})."),
    "no-key": ("Geef met nog een --key ook de sleutel van {what}.", "Give the key of {what} too, with one more --key."),
    "no-proof-since": ("Dit pakket heeft geen bewijs vanaf uw controlepunt ({what}). Vraag er een met --since uw controlepunt.",
                       "This pack has no proof from your checkpoint ({what}). Ask for one with --since and that checkpoint."),
    "older": ("Uw controlepunt ({what}) is nieuwer dan dit pakket. Vraag een pakket dat nu is gemaakt, met --since.",
              "Your checkpoint ({what}) is newer than this pack. Ask for a pack made now, with --since."),
}  # fmt: skip
SAYS = NOT_CHECKED | {
    "other-key": ("Het is niet met deze sleutel ondertekend ({what}).", "It is not signed with this key ({what})."),
    "forged": ("De handtekening klopt niet ({what}).", "The signature is wrong ({what})."),
    "other-log": ("Dit is van een ander logboek of een andere opslag ({what}).", "This is of another log or store ({what})."),
    "member": ("{what} in het zipbestand is niet wat in pack.json staat.", "{what} in the zip file is not what pack.json has."),
    "inconsistent": ("De geschiedenis tot controlepunt {what} is veranderd.", "History up to checkpoint {what} was changed."),
    "inclusion": ("Deze gebeurtenis staat niet zo in het getekende logboek.", "This event is not like this in the signed log."),
    "beyond": ("Deze plaats ligt voorbij het controlepunt of 'upto'.", "This place is beyond the checkpoint or `upto`."),
    "twice": ("Dit staat er twee keer.", "This is there twice."),
    "order": ("Dit staat niet op volgorde van plaats en tijd.", "This is not in the order of places and times."),
    "versions": ("Er ontbreekt een gebeurtenis na versie {what}.", "An event is missing after version {what}."),
    "stream": ("Dit hoort niet bij deze casus.", "This is not of this case."),
    "tail": ("Volgens het logboek is versie {what} gezien; die ontbreekt.", "By the log version {what} was seen; it is missing."),
    "stamp": ("Een tijd staat er niet zoals hij wordt bewaard.", "A time is not written as it is stored."),
    "envelope": ("De gebeurtenis zelf zegt iets anders ({what}).", "The event itself says something else ({what})."),
    "commitment": ("Dit is niet de tekst die is vastgelegd ({what}).", "This is not the text that was recorded ({what})."),
    "not-sealed": ("Bij dit veld hoort geen tekst ({what}).", "This field has no text ({what})."),
    "text-missing": ("Er is geen tekst, en ook niet waarom niet ({what}).", "There is no text, nor why not ({what})."),
    "erasure": ("Geen wissing verklaart dat dit ontbreekt ({what}).", "No erasure explains why this is missing ({what})."),
    "head": ("Casus {case}, opslag {store}\nlogboek met {size} gebeurtenissen, wortel {root}\ntijden in UTC",
             "Case {case}, store {store}\nlog of {size} events, root {root}\ntimes in UTC"),
    "own-key": ("LET OP: de sleutel komt uit het pakket zelf. Wie er tekende is niet bewezen: geef --key, van elders verkregen.",
                "MIND: the key is the pack's own. It is not proved who signed: give --key, had from elsewhere."),
    "own-since": ("LET OP: vergeleken met de kopie van het eerdere controlepunt in het pakket zelf. Geef --checkpoint, het uwe.",
                  "MIND: held against the pack's own copy of the earlier checkpoint. Give --checkpoint, yours."),
    "no-since": ("LET OP: met geen eerder controlepunt vergeleken. Geef --checkpoint, het uwe.",
                 "MIND: held against no earlier checkpoint. Give --checkpoint, yours."),
    "begun-anew": ("LET OP: na dat controlepunt is het logboek opnieuw begonnen: {origin}. Vraag wat er verloren is.",
                   "MIND: after that checkpoint the log was begun anew: {origin}. Ask what was lost."),
    "own-former-key": ("LET OP: de sleutel van vóór dat begin komt uit het pakket zelf: geef ook die, met nog een --key.",
                       "MIND: the key of before that beginning is the pack's own: give that one too, with another --key."),
    "other-verifier": ("LET OP: in het pakket zit een andere verify.py dan deze.", "MIND: the pack holds another verify.py."),
    "known-ends": ("LET OP: het pakket gaat tot plaats {upto}, van de casus niets later. Of toen meer bekend was is open.",
                   "MIND: the pack ends at place {upto}, nothing of the case is later. Whether more was known by then is open."),
    "follows": ("Gaat verder op het controlepunt van {since} gebeurtenissen.", "Goes on from the checkpoint of {since} events."),
    "event": ("{place}  versie {version}  {topic}  {who}", "{place}  version {version}  {topic}  {who}"),
    "times": ("      gebeurd {occurred_at}  vastgelegd {recorded_at}  geplaatst {placed_at}",
              "      happened {occurred_at}  recorded {recorded_at}  placed {placed_at}"),
    "withheld": ("niet getoond: {why}{by}", "withheld: {why}{by}"),
    "unproved": ("niet getoond, naar wie dit maakte zegt: {why}{by}", "withheld, so says who made this: {why}{by}"),
    "but": (", maar wat {count} gebeurtenis(sen) zeiden is niet getoond en niet te bewijzen (plaats {places})",
            ", but what {count} event(s) said is withheld and can't be proved (place {places})"),
    "by": (" op plaats {place}", " at place {place}"),
    "known": ("Wat op {at} een plaats had: {shown} gebeurtenissen.", "What had a place at {at}: {shown} events."),
    "holds": ("KLOPT{but}: {events} gebeurtenissen, versie 1 tot {last}, als ondertekend. Wat later kwam toont een pakket niet.",
              "HOLDS{but}: {events} events, versions 1 to {last}, as signed. What came later a pack does not show."),
    "broken": ("KLOPT NIET: {what}", "DOES NOT HOLD: {what}"),
    "open": ("NIET GECONTROLEERD: {what}", "NOT CHECKED: {what}"),
    "at": ("plaats {place}, {stream} versie {version}: ", "place {place}, {stream} version {version}: "),
}  # fmt: skip
WHY = {
    "not-asked": ("gemaakt zonder teksten", "made without texts"),
    "role": ("niet voor de functie van deze lezer", "not for this reader's role"),
    "audience": ("niet voor deze lezer bedoeld", "not meant for this reader"),
    "no-consent": ("geen toestemming om te delen", "no consent to share it"),
    "restricted": ("het gebruik is beperkt", "its use is restricted"),
    "erased": ("gewist", "erased"),
    "erased-since": ("gewist, zegt wie dit maakte: hier staat het niet", "erased, so says who made this: it is not in here"),
    "never": ("er was nooit een sleutel", "there never was a key"),
    "absent": ("er was nooit een tekst", "there never was a text"),
    OTHERS: ("wie dit zag, zag ook andere casussen", "who saw this saw other cases too"),
}


def moment(text: str) -> datetime:
    """A moment; a day is the end of that day in Amsterdam: from the last Sunday of March until that of October in summer time
    (directive 2000/84/EC), without a table of zones, which some machines do not have.
    """
    try:
        found = datetime.fromisoformat(text)
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            ends = (found.replace(month=month, day=31) for month in (3, 10))
            summer, winter = (end - timedelta(days=end.isoweekday() % 7) for end in ends)
            zone = timezone(timedelta(hours=2 if summer <= found < winter else 1))
            found = found.replace(hour=23, minute=59, second=59, microsecond=999999, tzinfo=zone)
        if found.utcoffset() is not None:
            return found
    except (ValueError, OverflowError):
        pass
    raise Fault("bad-moment", "2026-03-01, 2026-03-01T17:00:00+01:00")


def out(line: str, file: Any = None) -> None:
    """A line, on stdout unless another is given."""
    (file or sys.stdout).write(line + "\n")


def safe(value: object) -> str:
    """A text without what a terminal would carry out."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in str(value))


class Teller:
    """Says it, in a language or as JSON: an object a line."""

    def __init__(self, lang: str, as_json: bool) -> None:
        self.at, self.json = ("nl", "en").index(lang), as_json

    def say(self, code: str, **facts: object) -> str:
        """A sentence."""
        return SAYS[code][self.at].format(**{name: safe(fact) for name, fact in facts.items()})

    def why(self, told: Object, code: str = "withheld") -> str:
        """Why something is not shown."""
        by = self.say("by", place=told["by"]) if "by" in told else ""
        return self.say(code, why=WHY[told["withheld"]][self.at], by=by)

    def fault(self, fault: Fault) -> int:
        """What is wrong, and with which event. Out: the exit code."""
        event = {name: fault.event[name] for name in ("place", "stream", "version")} if fault.event else {}
        verdict, word, exits = ("not-checked", "open", 2) if fault.code in NOT_CHECKED else ("does-not-hold", "broken", 1)
        if self.json:
            out(json.dumps({"verdict": verdict, "fault": fault.code, "what": str(fault.what), **event}))
        text = (self.say("at", **event) if event else "") + self.say(fault.code, what=fault.what)
        out(self.say(word, what=text), sys.stderr)
        return exits

    def event(self, event: Object, says: Object | None) -> None:
        """One event: what, who, when, and of each text itself or why not."""
        row = {name: event[name] for name in EVENT if name != "proof"} | {"withheld": event.get("withheld")}
        texts = event.get("texts", {})
        if self.json:
            more = {"occurred_at": says.get("occurred_at"), "by": says["by"], "facts": says["facts"]} if says else {}
            shown = {field: {name: part for name, part in told.items() if name != "salt"} for field, told in texts.items()}
            out(json.dumps(row | more | {"texts": shown}))
            return
        actor, occurred = (says["by"].get("actor", ""), says.get("occurred_at", "?")) if says else ("", "?")
        out(self.say("event", **row, who=f"{actor} ({event['recorded_by']})".strip()))
        out(re.sub(r"(\d\d)T(\S{8})\.\d{6}Z", r"\1 \2Z", self.say("times", **row, occurred_at=occurred)))
        if says is None:
            out(f"      {self.why(event['withheld'], 'unproved')}")
        elif facts := {name: fact for name, fact in says["facts"].items() if fact not in (None, [], "") and name not in texts}:
            out(f"      {safe(json.dumps(facts, ensure_ascii=False))}")
        for field, told in texts.items():
            out(f"      {safe(field)}: " + (safe(told["text"]) if "text" in told else self.why(told)))

    def whole(self, pack: Object, found: Held, known_at: str | None) -> None:
        """All that was proved, as far as it was known at the moment that was asked."""
        until, minds = moment(known_at) if known_at is not None else None, found.minds
        shown = [(e, s) for e, s in found.said.values() if until is None or datetime.fromisoformat(e["placed_at"]) <= until]
        # Versions have no gap, so what came later of the case shows that nothing of before is missing. Nothing else can.
        if until is not None and any((e["stream"], e["version"]) == (pack["case"], found.last) for e, _ in shown):
            minds = [*minds, "known-ends"]
        gone = [place for place, (_, says) in found.said.items() if says is None]
        about: Object = {"verdict": "holds-but-withheld" if gone else "holds"}
        about |= {name: pack[name] for name in ("case", "store", "origin", "upto")}
        about |= {"size": found.note.size, "root": base64.b64encode(found.note.root).decode(), "since": found.since}
        about |= {"events": len(found.said), "shown": len(shown), "last": found.last, "withheld": gone, "mind": minds}
        if not self.json:
            out(self.say("head", **about))
            if found.since:
                out(self.say("follows", **about))
        for event, says in shown:
            self.event(event, says)
        if self.json:
            out(json.dumps(about))
            return
        if known_at is not None:
            out(self.say("known", at=known_at, **about))
        for mind in minds:
            out(self.say(mind, **about), sys.stderr)
        but = self.say("but", count=len(gone), places=", ".join(map(str, gone))) if gone else ""
        out(self.say("holds", but=but, **about))


def main(words: list[str] | None = None) -> int:
    """Check a pack and show what it proves. Out: the exit code."""
    asks = argparse.ArgumentParser(prog="verify.py", description="Checks a pack of `casus evidence pack`.")
    asks.add_argument("pack", help="pack.zip, or the pack.json in it")
    asks.add_argument("--checkpoint", metavar="FILE", help="the signed checkpoint that you hold yourself")
    asks.add_argument("--key", metavar="VKEY", action="append", help="a verifier key, had from elsewhere; or a file with it")
    asks.add_argument("--known-at", metavar="MOMENT", help="show only what had a place by then: 2026-03-01")
    asks.add_argument("--json", action="store_true", help="an object a line")
    asks.add_argument("--lang", choices=("nl", "en"), default="en")
    asked = asks.parse_args(words)
    tell = Teller(asked.lang, asked.json)
    try:
        held = contents(asked.checkpoint).decode() if asked.checkpoint is not None else None
        keys = [keys_in(each) for each in asked.key or []]
        pack, beside = read(asked.pack)
        found = check(pack, beside, "\n".join(keys) if keys else None, held)
        if "verify.py" in beside and beside["verify.py"] != Path(__file__).read_bytes():
            out(tell.say("other-verifier"), sys.stderr)
        tell.whole(pack, found, asked.known_at)
    except Fault as fault:
        return tell.fault(fault)
    except UnicodeError:
        return tell.fault(Fault("unreadable", "UTF-8"))
    return 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(main())
