"""Roles on a server: made and given their rights, and what the catalogue says of them held against what it should say."""

OWNER = "casus_owner"
PROJECTOR = "casus_projector"
SEQUENCER = "casus_sequencer"
REPORTING = "casus_reporting"
AUDITOR = "casus_auditor"
PRIVACY = "casus_privacy"
PROFESSIONAL = "casus_professional"

GROUPS = (OWNER, PROJECTOR, SEQUENCER, REPORTING, AUDITOR, PRIVACY, PROFESSIONAL)
"""Group roles, of the whole cluster: nobody logs in as one. Each database gives them rights of its own."""

OF_FUNCTION = {
    "coordinator": PROFESSIONAL, "professional": PROFESSIONAL, "administrator": PROFESSIONAL, "privacy": PRIVACY,
    "auditor": AUDITOR, "reporting": REPORTING,
}  # fmt: skip
"""Which group the login of somebody with a function on a roster belongs to."""

SERVICES = {"projector": PROJECTOR, "sequencer": SEQUENCER, "reporting": REPORTING}
"""Logins that nobody sits behind: what follows the log, what gives places, what reports."""
