"""A seventh way of working, invented: no table works like this, and the program must run it all the same."""

from pathlib import Path

INVENTED = """\
id = "harbour-table"
prefix = "HBR"
label = { nl = "Haventafel", en = "Harbour table" }
source = "chosen"
chair_role = { value = "harbour-master", source = "harbour-covenant" }

roles = [
    { id = "harbour-master", label = { nl = "Havenmeester", en = "Master" }, mandated = true, source = "chosen" },
    { id = "deckhand", label = { nl = "Matroos", en = "Deckhand" }, source = "harbour-covenant" },
]
partners = [
    { id = "pilots", name = "Loodswezen", column = "governance", source = "harbour-covenant" },
    { id = "seamens-home", name = "Zeemanshuis", column = "informal", source = "harbour-covenant", since = 2024-05-01 },
]

[submission]
by = { value = "anyone", source = "harbour-covenant" }
anonymous = { value = true, source = "harbour-covenant" }
reasons = [{ id = "adrift", label = { nl = "Op drift", en = "Adrift" }, source = "harbour-covenant" }]

[triage]
role = { value = "harbour-master", source = "chosen" }
within_days = { value = 3, source = "chosen" }
criteria = [
    { id = "storm", label = { nl = "Storm", en = "Storm" }, source = "harbour-covenant" },
    { id = "leak", label = { nl = "Lek", en = "Leak" }, source = "harbour-covenant" },
    { id = "fog", label = { nl = "Mist", en = "Fog" }, source = "harbour-covenant" },
]
[triage.admission]
value = { any = ["storm", { at_least = 2, of = ["leak", "fog"] }] }
source = "harbour-covenant"

[resident]
place = { value = "together", source = "chosen" }

[plan]
domains = [{ id = "berth", label = { nl = "Ligplaats", en = "Berth" }, source = "chosen" }]
recovery = [{ id = "afloat", label = { nl = "Drijvend", en = "Afloat" }, source = "chosen" }]

[monitoring]
check_days = { value = 5, source = "chosen" }
due_soon_days = { value = 1, source = "chosen" }
stagnation_days = { value = 10, source = "chosen" }
decide_days = { value = 2, source = "chosen" }

[escalation]
answer_days = { value = 2, source = "chosen" }
recipients = [{ id = "coastguard", label = { nl = "Kustwacht", en = "Coastguard" }, source = "chosen", kind = "party" }]

[closing]
aftercare_required = { value = true, source = "chosen" }
results = [{ id = "moored", label = { nl = "Afgemeerd", en = "Moored" }, source = "chosen" }]
"""


def invented(folder: Path, *changes: tuple[str, str]) -> Path:
    """In: a folder, and pieces of the invented profile with what stands there instead. Out: the file."""
    text = INVENTED
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the invented profile"
        text = text.replace(old, new)
    path = folder / "harbour-table.toml"
    path.write_text(text, encoding="utf-8")
    return path
